using CityLoop.Server.City;
using CityLoop.Server.Listings;

namespace CityLoop.Server.Tests.Listings;

public sealed class MapViewTests
{
    [Fact]
    public void Everything_that_is_shown_lies_within_the_picture_and_north_is_up()
    {
        var city = CityPack.Load(CityCapability.DefaultFolder);
        var all = city.Directory.Borders.Values.SelectMany(rings => rings).SelectMany(ring => ring).ToList();
        var view = new MapView(all);
        foreach (var (x, y) in all.Select(view.At))
        {
            x.ShouldBeInRange(0, MapView.Width);
            y.ShouldBeInRange(0, view.Height);
        }

        var here = new GeoPoint(24.15, 120.65);
        var (north, east) = (here with { Latitude = 24.16 }, here with { Longitude = 120.66 });
        view.At(north).Y.ShouldBeLessThan(view.At(here).Y);
        view.At(east).X.ShouldBeGreaterThan(view.At(here).X);
        // A degree of longitude is shorter than one of latitude, by the cosine of where they are.
        ((view.At(east).X - view.At(here).X) / (view.At(here).Y - view.At(north).Y))
            .ShouldBe(Math.Cos(24.2 * Math.PI / 180), 0.03);
    }

    [Fact]
    public void One_shop_alone_is_in_the_middle()
    {
        var view = new MapView([new GeoPoint(24.15, 120.65)]);
        view.At(new GeoPoint(24.15, 120.65)).ShouldBe((500, view.Height / 2));
    }

    [Fact]
    public void Each_district_of_the_demo_city_has_borders_and_its_shops_lie_within_them()
    {
        var city = CityPack.Load(CityCapability.DefaultFolder);
        city.Directory.Borders.Keys.Order().ShouldBe(city.Districts.Select(d => d.Code).Order());
        city.Directory.Listings.Keys.Order().ShouldBe(city.Shops.Select(s => s.Code).Order());
        foreach (var shop in city.Shops)
            city.Directory.Borders[shop.District.Code]
                .Any(ring => IsWithin(city.Directory.Listings[shop.Code].Place!.Value, ring)).ShouldBeTrue(shop.Code);
    }

    // A ray to the east crosses the border an odd number of times.
    static bool IsWithin(GeoPoint point, IReadOnlyList<GeoPoint> ring) =>
        ring.Zip(ring.Skip(1)).Count(edge =>
            edge.First.Latitude > point.Latitude != edge.Second.Latitude > point.Latitude
            && point.Longitude < edge.First.Longitude + ((point.Latitude - edge.First.Latitude)
                / (edge.Second.Latitude - edge.First.Latitude) * (edge.Second.Longitude - edge.First.Longitude)))
            % 2 == 1;
}
