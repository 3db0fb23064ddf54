using CityLoop.Server.City;

namespace CityLoop.Server.Tests.City;

public sealed class CityPackTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("cityloop-pack-").FullName;

    public CityPackTests()
    {
        foreach (var file in Directory.GetFiles(CityCapability.DefaultFolder))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_demo_city_has_the_real_districts_of_Taichung()
    {
        var city = CityPack.Load(CityCapability.DefaultFolder);

        city.Name.ShouldBe("demo");
        city.Districts.Count.ShouldBe(29);
        city.Districts.Sum(d => d.Population).ShouldBe(2_821_322);
        city.Districts.Sum(d => d.Households).ShouldBe(1_006_877);
        city.Spots.Count.ShouldBe(7);
        city.Shops.ShouldContain(s => s.Names["zh-TW"] == "向日葵烘焙" && s.Names["en"] == "Sunflower Bakery");
        city.People.Select(p => p.Names["zh-TW"]).ShouldBe(
            ["林美玲", "陳阿土", "林小安", "Emma Dubois", "黃志明", "王雅婷", "張建國", "李淑芬"]);
        city.Rebate.Percent.ShouldBe(3);
        city.MainCurrency.Code.ShouldBe("TCP");
    }

    [Theory]
    [InlineData("city.json", "\"scale\": 0", "\"scale\": 12", 10, "'scale' is missing or out of range")]
    [InlineData("city.json", "\"scale\": 0", "\"skale\": 0", 10, "'skale' is not a known field")]
    [InlineData("city.json", "Asia/Taipei", "Asia/Taipeh", 3, "'timeZone' 'Asia/Taipeh' is not known")]
    [InlineData("city.json", "\"percent\": 3,", "\"percent\": 3", 38, "this is not JSON from here on")]
    [InlineData("city.json", "\"budget\": \"rebate-2026\"", "\"budget\": \"none\"", 38,
        "'budget' 'none' is not one of")]
    [InlineData("city.json", "\"en\": \"Loop points\", ", "", 11, "'names' has no name in en")]
    [InlineData("districts.csv", "18144", "1814x", 2, "'population' is '1814x'")]
    [InlineData("districts.csv", "75677", "75678", 3, "'population' is 75678, but the three ages add up to 75677")]
    [InlineData("districts.csv", "66000020,", "66000010,", 3, "'code' '66000010' stands here a second time")]
    [InlineData("spots.csv", "24.13711", "124.13711", 2, "'latitude' is '124.13711'")]
    [InlineData("spots.csv", "66000010", "77000010", 2, "'district' is '77000010', which is not known")]
    [InlineData("shops.csv", "sunflower,", "Sunflower,", 2, "'code' is 'Sunflower'")]
    [InlineData("shops.csv", "bakery,9990001,", "bakery,", 2, "too few or too many fields")]
    [InlineData("shops.csv", "9990001,", "999-0001,", 2, "'bank_code' is '999-0001'")]
    [InlineData("city.json", "\"TWD\"", "\"NT$\"", 40, "'money' is 'NT$'")]
    [InlineData("city.json", "\"0000000001\"", "\"1\"", 41, "'clientCode' is '1'")]
    [InlineData("city.json", "\"month\": 1, \"day\": 15", "\"month\": 1", 42, "'day' is missing or out of range")]
    [InlineData("city.json", "privacy@taichung.example", "at the town hall", 50, "'contact' is 'at the town hall'")]
    [InlineData("bank-holidays.csv", "2026-01-01", "1.1.2026", 2, "'day' is '1.1.2026'")]
    [InlineData("listings.csv", "sunflower,", "moonflower,", 2, "'shop' is 'moonflower', which is not known")]
    [InlineData("listings.csv", "07:30-19:00 07:30", "7:30-19:00 07:30", 2, "'opening_hours' is '7:30-19:00")]
    [InlineData("listings.csv", ",,green-river", ",,grün", 3, "'street' is 'grün', which is not known")]
    [InlineData("listings.csv", "freshmart,", "freshmarkt,", 27, "'brand' is 'freshmarkt', which is not known")]
    [InlineData("streets.csv", ",66000010", ",77000010", 2, "'district' is '77000010', which is not known")]
    [InlineData("districts.geojson", "\"66000020\"", "\"77000020\"", 1, "'77000020' is not one of the districts")]
    [InlineData("districts.geojson", "Polygon", "Poligon", 1, "'Poligon' is no Polygon")]
    [InlineData("people.csv", ",,sunflower", ",,", 6, "'shop' does not fit the role")]
    [InlineData("people.csv", "1990-04-12", "12.4.1990", 2, "'born' is '12.4.1990'")]
    [InlineData("people.csv", "city_staff", "mayor", 7, "'role' is 'mayor', which is not known")]
    public void A_mistake_is_named_with_file_line_and_what_to_write(
        string file, string right, string mistake, int line, string said)
    {
        Change(file, text => text.Contains(right, StringComparison.Ordinal)
            ? text[..text.IndexOf(right, StringComparison.Ordinal)] + mistake
                + text[(text.IndexOf(right, StringComparison.Ordinal) + right.Length)..]
            : throw new InvalidOperationException($"{file} does not hold {right}."));

        var refused = Should.Throw<CityPackException>(() => CityPack.Load(_folder));

        var problem = refused.Problems.First(p => p.Wrong.Contains(said, StringComparison.Ordinal));
        problem.File.ShouldBe(file);
        problem.Line.ShouldBe(line);
        problem.WriteInstead.ShouldNotBeEmpty();
    }

    [Fact]
    public void A_file_cut_in_half_is_named_with_its_line()
    {
        Change("shops.csv", text => text[..(text.IndexOf("old-town", StringComparison.Ordinal) + 12)]);

        Should.Throw<CityPackException>(() => CityPack.Load(_folder)).Problems
            .ShouldContain(p => p.File == "shops.csv" && p.Line == 4);
    }

    [Fact]
    public void All_mistakes_are_found_in_one_reading()
    {
        Change("districts.csv", text => text.Replace("18144", "x", StringComparison.Ordinal));
        Change("city.json", text => text.Replace("\"percent\": 3", "\"percent\": 300", StringComparison.Ordinal));
        File.Delete(Path.Combine(_folder, "spots.csv"));

        var files = Should.Throw<CityPackException>(() => CityPack.Load(_folder)).Problems.Select(p => p.File).ToList();

        files.ShouldContain("city.json");
        files.ShouldContain("districts.csv");
        files.ShouldContain("spots.csv");
    }

    void Change(string file, Func<string, string> change)
    {
        var path = Path.Combine(_folder, file);
        File.WriteAllText(path, change(File.ReadAllText(path)));
    }
}
