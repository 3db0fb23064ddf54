using System.Text;
using System.Text.Encodings.Web;
using CityLoop.Server.City;
using CityLoop.Server.Merchants;
using CityLoop.Server.Web.Languages;
using Microsoft.AspNetCore.Components;
using static System.FormattableString;

namespace CityLoop.Server.Listings;

/// <summary>
/// The same shops as in the list beside it, where they are: the whole city's by district, a few by themselves. It is
/// drawn here, from the city's own borders: no tiles are fetched, and nobody else hears where somebody looks.
/// </summary>
static class ShopMap
{
    /// <summary>The districts in which there are shops, each a link to the search within it.</summary>
    public static MarkupString OfCity(
        IReadOnlyList<Merchant> shops, ShopSearch search, CityPack city, Texts texts)
    {
        var counts = shops.CountBy(shop => shop.District).ToDictionary();
        var borders = city.Directory.Borders;
        List<GeoPoint> shown =
            [.. counts.Keys.Where(borders.ContainsKey).SelectMany(code => borders[code]).SelectMany(ring => ring)];
        if (shown.Count == 0)
            return default;
        var (view, svg) = (new MapView(shown), new StringBuilder());
        AppendAround(svg, view, borders.Where(one => !counts.ContainsKey(one.Key)).Select(one => one.Value));
        var districts = city.Districts.Where(d => counts.ContainsKey(d.Code) && borders.ContainsKey(d.Code)).ToList();
        foreach (var district in districts)
        {
            var (count, path) = (counts[district.Code], view.PathOf(borders[district.Code]));
            AppendLink(
                svg, search.AddressIn(district.Code),
                texts["listings.inDistrict", district.Names[texts.Language], count],
                Invariant($"<path class=\"shade{Shade(count)}\" d=\"{path}\"/>"));
        }

        // Above all borders, so that none runs through a number.
        foreach (var district in districts)
            AppendNumber(svg, "count", view.At(new(district.Latitude, district.Longitude)), counts[district.Code]);
        return Framed(svg, view, texts);
    }

    /// <summary>Shops with the numbers that they have in the list, in their district if that is given.</summary>
    public static MarkupString OfShops(
        IReadOnlyList<(Merchant Shop, int Number)> shops, string? district, CityPack city, Texts texts)
    {
        var borders = city.Directory.Borders;
        var placed = shops.Where(one => one.Shop.Listing.Place is not null).ToList();
        List<GeoPoint> shown =
        [
            .. placed.Select(one => one.Shop.Listing.Place!.Value),
            .. district is not null && borders.TryGetValue(district, out var rings) ? rings.SelectMany(r => r) : [],
        ];
        if (shown.Count == 0)
            return default;
        var (view, svg) = (new MapView(shown), new StringBuilder());
        AppendAround(svg, view, borders.Where(border => border.Key != district).Select(border => border.Value));
        if (district is not null && borders.TryGetValue(district, out var here))
            svg.Append(Invariant($"<path class=\"here\" d=\"{view.PathOf(here)}\"/>"));
        foreach (var (shop, number) in placed)
        {
            var (x, y) = view.At(shop.Listing.Place!.Value);
            var pin = new StringBuilder(Invariant($"<circle class=\"pin\" cx=\"{x}\" cy=\"{y}\" r=\"34\"/>"));
            AppendNumber(pin, "pin-number", (x, y), number);
            AppendLink(
                svg, $"/shops/{shop.Code}", texts["listings.pin", number, shop.Names[texts.Language]], pin.ToString());
        }

        return Framed(svg, view, texts);
    }

    static void AppendAround(
        StringBuilder svg, MapView view, IEnumerable<IReadOnlyList<IReadOnlyList<GeoPoint>>> districts)
    {
        foreach (var rings in districts)
            svg.Append(Invariant($"<path class=\"around\" d=\"{view.PathOf(rings)}\"/>"));
    }

    static void AppendLink(StringBuilder svg, string address, string name, string picture) => svg
        .Append("<a href=\"").Append(HtmlEncoder.Default.Encode(address))
        .Append("\" aria-label=\"").Append(HtmlEncoder.Default.Encode(name)).Append("\">")
        .Append(picture).Append("</a>");

    static void AppendNumber(StringBuilder svg, string kind, (double X, double Y) at, int number) =>
        svg.Append(Invariant(
            $"<text class=\"{kind}\" x=\"{at.X}\" y=\"{at.Y}\" aria-hidden=\"true\">{number}</text>"));

    static MarkupString Framed(StringBuilder svg, MapView view, Texts texts) => new(Invariant(
        $"""
        <nav class="shop-map" aria-label="{HtmlEncoder.Default.Encode(texts["listings.map"])}">
        <svg viewBox="0 0 {MapView.Width} {view.Height}">{svg}</svg></nav>
        """));

    // As dark as there are shops, in four steps.
    static int Shade(int count) => count switch { < 2 => 1, < 4 => 2, < 10 => 3, _ => 4 };
}
