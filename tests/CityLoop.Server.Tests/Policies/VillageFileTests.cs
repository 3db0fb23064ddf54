using System.Text;
using CityLoop.Server.City;
using CityLoop.Server.Policies;

namespace CityLoop.Server.Tests.Policies;

public sealed class VillageFileTests : IDisposable
{
    const string Header =
        "年月,村里代碼,區域,村里,戶數,人口,男性人口,女性人口,未滿15歲,15-64歲,超過64歲,超過20歲,18-19歲";

    static readonly CityPack City = CityPack.Load(CityCapability.DefaultFolder);

    readonly string _path = Path.GetTempFileName();

    static string Register => Path.Combine(SharedData.Folder("population"), "villages-2021-03.csv");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void The_real_register_gives_the_districts_of_the_city_pack()
    {
        var (districts, problems) = VillageFile.Read(Register, City);

        problems.ShouldBeEmpty();
        districts.ShouldBe(TryPolicy.DistrictsOf(City));
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(344_009)]
    [InlineData(344_010)]
    [InlineData(344_011)]
    [InlineData(688_017)]
    public void A_file_that_was_cut_is_told_with_the_line(int bytes)
    {
        var whole = File.ReadAllBytes(Register);
        File.WriteAllBytes(_path, whole[..bytes]);

        var (_, problems) = VillageFile.Read(_path, City);

        problems[^1].Reason.ShouldContain("it was cut");
        problems[^1].Line.ShouldBe(1 + whole.AsSpan(0, bytes).Count((byte)'\n'));
    }

    /// <summary>Cut between two rows, the file looks whole; but then districts of the city are not in it.</summary>
    [Fact]
    public void A_file_that_ends_before_the_city_does_is_told()
    {
        var lines = File.ReadAllLines(Register);
        File.WriteAllText(_path, string.Join('\n', lines.Take(1_200)) + "\n");

        VillageFile.Read(_path, City).Problems.ShouldContain(p => p.Reason.Contains("no village of 66000"));
    }

    [Theory]
    [InlineData("2021-03,66000010-001,臺中市中區,大墩里,10,x,1,2,1,1,1,2,0", "人口", "is 'x', not a whole number")]
    [InlineData("2021-03,66000010-001,臺中市中區,大墩里,10,-3,1,2,1,1,1,2,0", "人口", "is '-3', not a whole number")]
    [InlineData("2021-03,66000010-001,臺中市中區,大墩里,10,3.0,1,2,1,1,1,2,0", "人口", "is '3.0', not a whole")]
    [InlineData("2021-03,66000010-001,臺中市中區,大墩里,99999999999,3,1,2,1,1,1,2,0", "戶數", "not a whole number")]
    [InlineData("2021-03,66000010-001,臺中市中區,大墩里,10,3,1,1,1,1,1,2,0", "人口", "men and women add up to 2")]
    [InlineData("2021-03,66000010-001,臺中市中區,大墩里,10,3,1,2,1,1,2,2,0", "人口", "three ages add up to 4")]
    [InlineData("2021-03,66000010001,臺中市中區,大墩里,10,3,1,2,1,1,1,2,0", "村里代碼", "is written as 66000010-001")]
    [InlineData("2021-04,66000010-001,臺中市中區,大墩里,10,3,1,2,1,1,1,2,0", "年月", "one file holds one month")]
    [InlineData("2021-03,65000010-001,新北市板橋區,留侯里,10,3,1,2,1,1,1,2,0", "村里代碼", "in the file twice")]
    [InlineData("2021-03,66000010-001,臺中市中區,大墩里,10,3", null, "has 6 fields, not 13")]
    [InlineData("", null, "has 1 fields, not 13")]
    public void A_bad_row_is_refused_with_line_column_and_reason(string row, string? column, string reason)
    {
        Write($"{Header}\n2021-03,65000010-001,新北市板橋區,留侯里,10,3,1,2,1,1,1,2,0\n{row}\n");

        var problem = VillageFile.Read(_path, City).Problems.ShouldHaveSingleItem();
        problem.Line.ShouldBe(3);
        problem.Column.ShouldBe(column);
        problem.Reason.ShouldContain(reason);
        problem.ToString().ShouldStartWith($"{Path.GetFileName(_path)}, line 3");
    }

    [Theory]
    [InlineData("", "年月")]
    [InlineData("month,code\n", "年月")]
    [InlineData("年月,村里代碼,區域,村里,戶數\n", "人口")]
    public void Another_header_is_refused_with_the_column(string text, string column)
    {
        Write(text);

        VillageFile.Read(_path, City).Problems.ShouldHaveSingleItem().Column.ShouldBe(column);
    }

    [Fact]
    public void A_file_in_another_encoding_is_told()
    {
        File.WriteAllBytes(_path, [.. Encoding.UTF8.GetBytes(Header + "\n2021-03,"), 0xA4, 0xA4, 0xB0, 0xCF, 0x0A]);

        VillageFile.Read(_path, City).Problems.ShouldHaveSingleItem().Reason.ShouldContain("not UTF-8");
    }

    [Fact]
    public void No_more_than_the_first_problems_are_told()
    {
        Write(Header + "\n" + string.Concat(Enumerable.Repeat("x\n", 1_000)));

        VillageFile.Read(_path, City).Problems.Count.ShouldBe(20);
    }

    void Write(string text) => File.WriteAllText(_path, text);
}
