using System.Globalization;
using System.Text;
using CityLoop.Server.City;
using CityLoop.Twin;

namespace CityLoop.Server.Policies;

/// <summary>One thing that is wrong in a village file.</summary>
/// <param name="Line">From 1; the header is line 1.</param>
/// <param name="Column">The column's name; null where the whole line is meant.</param>
sealed record VillageProblem(string File, int Line, string? Column, string Reason)
{
    public override string ToString() =>
        $"{File}, line {Line}{(Column is null ? "" : $", column {Column}")}: {Reason}";
}

/// <summary>
/// The village register as the Ministry of the Interior publishes it month by month: one row per village of Taiwan,
/// code <c>66000010-001</c>, whose first eight digits are the district's. It is taken as a whole or not at all.
/// </summary>
static class VillageFile
{
    const int MaxProblems = 20;
    const int DistrictDigits = 8;

    static readonly string[] Columns =
    [
        "年月", "村里代碼", "區域", "村里", "戶數", "人口", "男性人口", "女性人口", "未滿15歲", "15-64歲", "超過64歲",
        "超過20歲", "18-19歲",
    ];

    /// <summary>The districts of a city with the people of the file; other villages are only checked.</summary>
    /// <returns>The districts, or every problem found (the first 20).</returns>
    public static (IReadOnlyList<TwinDistrict> Districts, IReadOnlyList<VillageProblem> Problems) Read(
        string path, CityPack city)
    {
        var reading = new Reading(Path.GetFileName(path));
        reading.Read(File.ReadAllBytes(path));
        var districts = new List<TwinDistrict>();
        foreach (var district in city.Districts)
            if (reading.People.TryGetValue(district.Code, out var people))
                districts.Add(new TwinDistrict(
                    district.Code, people.Under15, people.From15, district.Latitude, district.Longitude));
            else if (reading.Problems.Count == 0)
                reading.Wrong(reading.Lines, null,
                    $"no village of {district.Code} {district.Names} stands in the file; it was cut, or is of "
                    + "another time or country");
        return (districts, reading.Problems);
    }

    sealed class Reading(string file)
    {
        const string Cut = "the file ends in the middle of this line: it was cut; copy it again whole";

        readonly HashSet<string> _codes = [];
        string? _month;

        public List<VillageProblem> Problems { get; } = [];

        public Dictionary<string, (int Under15, int From15)> People { get; } = [];

        public int Lines { get; private set; }

        public void Read(byte[] bytes)
        {
            string text;
            try
            {
                text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
            }
            catch (DecoderFallbackException broken)
            {
                // A cut goes through the middle of a Chinese character as often as not.
                Wrong(1 + bytes.AsSpan(0, broken.Index).Count((byte)'\n'), null,
                    broken.Index >= bytes.Length - 3 ? Cut : "is not UTF-8 from here on; save the file as UTF-8");
                return;
            }

            text = text.TrimStart('\uFEFF');
            var lines = text.Split('\n');
            if (!CheckHeader(lines[0].TrimEnd('\r')))
                return;
            // A whole file ends its last line; a file that was cut in half nearly never does.
            var isCut = lines[^1].Length > 0;
            for (var i = 1; i < lines.Length - 1 && Problems.Count < MaxProblems; i++)
                ReadRow(i + 1, lines[i].TrimEnd('\r'));
            Lines = lines.Length - 1;
            if (isCut)
                Wrong(lines.Length, null, Cut);
        }

        public void Wrong(int line, string? column, string reason) => Problems.Add(new(file, line, column, reason));

        bool CheckHeader(string header)
        {
            var found = header.Split(',');
            for (var i = 0; i < Columns.Length; i++)
                if (i >= found.Length || found[i] != Columns[i])
                {
                    var instead = i >= found.Length ? "is missing" : $"is called '{Short(found[i])}'";
                    Wrong(1, Columns[i], $"{instead}; the header is {string.Join(',', Columns)}");
                    return false;
                }

            return true;
        }

        void ReadRow(int line, string row)
        {
            var before = Problems.Count;
            var fields = row.Split(',');
            if (fields.Length != Columns.Length)
            {
                Wrong(line, null, $"has {fields.Length} fields, not {Columns.Length}");
                return;
            }

            _month ??= fields[0];
            if (fields[0] != _month || !DateOnly.TryParseExact(fields[0] + "-01", "yyyy-MM-dd", out _))
                Wrong(line, Columns[0], $"is '{Short(fields[0])}'; one file holds one month, written as 2021-03");
            if (!IsCode(fields[1]))
                Wrong(line, Columns[1], $"is '{Short(fields[1])}'; a code is written as 66000010-001");
            else if (!_codes.Add(fields[1]))
                Wrong(line, Columns[1], $"{fields[1]} stands in the file twice");
            Span<int> numbers = stackalloc int[Columns.Length];
            for (var i = 4; i < Columns.Length; i++)
                if (!int.TryParse(fields[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i])
                    || numbers[i] > 10_000_000)
                    Wrong(line, Columns[i], $"is '{Short(fields[i])}', not a whole number of people");
            if (Problems.Count > before)
                return;

            var (people, men, women) = (numbers[5], numbers[6], numbers[7]);
            var (children, grown, old) = (numbers[8], numbers[9], numbers[10]);
            if (men + women != people)
                Wrong(line, Columns[5], $"is {people}, but men and women add up to {men + women}");
            else if (children + grown + old != people)
                Wrong(line, Columns[5], $"is {people}, but the three ages add up to {children + grown + old}");
            else
                Add(fields[1][..DistrictDigits], children, grown + old);
        }

        void Add(string district, int under15, int from15)
        {
            var sum = People.GetValueOrDefault(district);
            People[district] = (sum.Under15 + under15, sum.From15 + from15);
        }

        static bool IsCode(string code) =>
            code.Length == 12 && code[DistrictDigits] == '-'
            && code.Where((_, i) => i != DistrictDigits).All(char.IsAsciiLetterOrDigit);

        static string Short(string text) => text.Length <= 30 ? text : text[..30] + "…";
    }
}
