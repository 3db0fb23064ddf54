using System.Globalization;
using CityLoop.Server.City;
using CityLoop.Server.Shared;
using CityLoop.Server.Web;

namespace CityLoop.Server.Vouchers;

/// <summary>A part of a book as an officer types it.</summary>
sealed record PartDraft
{
    public string Amount { get; init; } = "";
    public bool SmallOnly { get; init; }
    public string Category { get; init; } = "";
    public string District { get; init; } = "";

    /// <summary>Codes of the only shops that take it, with commas or blanks between; empty for all.</summary>
    public string Shops { get; init; } = "";

    public bool IsEmpty => Amount.Length == 0;

    public VoucherRule Rule => new(
        SmallOnly, Category.Length == 0 ? null : [Category], District.Length == 0 ? null : [District],
        ShopCodes.Count == 0 ? null : ShopCodes);

    public IReadOnlyList<string> ShopCodes => Shops.Split(
        [' ', ',', '，', '、', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>A series as an officer types it, before another one agrees.</summary>
sealed record SeriesDraft
{
    public const int NameMax = 60, GoodsMax = 200, PartsMax = 3;

    /// <summary>A city of millions, ten books each; more is a slip of the finger.</summary>
    const int BooksMax = 20_000_000;

    public IReadOnlyDictionary<string, string> Names { get; init; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, string> Goods { get; init; } = new Dictionary<string, string>();
    public string Kind { get; init; } = "sale";
    public string Allotment { get; init; } = "share";
    public string Books { get; init; } = "";
    public string PerPerson { get; init; } = "";
    public string Price { get; init; } = "";
    public string Level { get; init; } = "1";
    public bool ResidentsOnly { get; init; }
    public string AgeFrom { get; init; } = "";
    public string AgeTo { get; init; } = "";
    public string OpensOn { get; init; } = "";
    public string ClosesOn { get; init; } = "";
    public string BuyUntil { get; init; } = "";
    public string LastDay { get; init; } = "";
    public string Budget { get; init; } = "";
    public IReadOnlyList<PartDraft> Parts { get; init; } = [.. Enumerable.Repeat(new PartDraft(), PartsMax)];

    public bool IsByList => Kind == "list";

    public static SeriesDraft Of(IFormCollection form, CityPack city)
    {
        string Text(string field) => form[field].ToString().Trim();
        string Number(string field) => HalfWidth.Of(Text(field)).Replace(",", "", StringComparison.Ordinal);
        return new SeriesDraft
        {
            Names = city.Languages.ToDictionary(language => language, language => Text($"Name-{language}")),
            Goods = city.Languages.ToDictionary(language => language, language => Text($"Goods-{language}")),
            Kind = Text("Kind"), Allotment = Text("Allotment"), Books = Number("Books"),
            PerPerson = Number("PerPerson"), Price = Number("Price"), Level = Text("Level"),
            ResidentsOnly = Text("ResidentsOnly") == "on", AgeFrom = Number("AgeFrom"), AgeTo = Number("AgeTo"),
            OpensOn = Text("OpensOn"), ClosesOn = Text("ClosesOn"), BuyUntil = Text("BuyUntil"),
            LastDay = Text("LastDay"), Budget = Text("Budget"),
            Parts = [.. Enumerable.Range(1, PartsMax).Select(number => new PartDraft
            {
                Amount = Number($"Amount{number}"), SmallOnly = Text($"SmallOnly{number}") == "on",
                Category = Text($"Category{number}"), District = Text($"District{number}"),
                Shops = Text($"Shops{number}"),
            })],
        };
    }

    /// <summary>The fields that cannot stand like this.</summary>
    public IReadOnlySet<string> Faults(CityPack city, DateOnly today)
    {
        var scale = city.MainCurrency.Scale;
        var faults = new HashSet<string>();
        foreach (var language in city.Languages)
        {
            Refuse($"Name-{language}", Names[language].Length is 0 or > NameMax);
            Refuse($"Goods-{language}", Goods[language].Length > GoodsMax);
        }

        Refuse(nameof(Kind), Kind is not ("sale" or "list"));
        Refuse(nameof(Allotment), Allotment is not ("share" or "draw"));
        Refuse(nameof(Books), Whole(Books) is not (>= 1 and <= BooksMax));
        Refuse(nameof(PerPerson), Whole(PerPerson) is not >= 1 || Whole(PerPerson) > Whole(Books));
        Refuse(nameof(Price), Price is not "0" && !Amounts.TryRead(Price, scale, out _));
        Refuse(nameof(Level), Level is not ("0" or "1" or "2"));
        Refuse(nameof(AgeFrom), !IsAge(AgeFrom));
        Refuse(nameof(AgeTo), !IsAge(AgeTo) || Whole(AgeTo) < Whole(AgeFrom));
        Refuse(nameof(OpensOn), !IsByList && !(Day(OpensOn) >= today));
        Refuse(nameof(ClosesOn), !IsByList && !(Day(ClosesOn) >= Day(OpensOn)));
        Refuse(nameof(BuyUntil), !IsByList && !(Day(BuyUntil) > Day(ClosesOn)));
        Refuse(nameof(LastDay), !(Day(LastDay) >= (IsByList ? today : Day(BuyUntil))));
        Refuse(nameof(Budget), city.Budgets.All(b => b.Name != Budget || b.Currency.Id != city.MainCurrency.Id));
        Refuse("Amount1", Parts.All(part => part.IsEmpty));
        foreach (var (part, number) in Parts.Select((part, i) => (part, i + 1)).Where(one => !one.part.IsEmpty))
        {
            Refuse($"Amount{number}", !Amounts.TryRead(part.Amount, scale, out _));
            Refuse($"Category{number}",
                part.Category.Length > 0 && !ShopCategories.In(city).Contains(part.Category));
            Refuse($"District{number}", part.District.Length > 0 && city.Districts.All(d => d.Code != part.District));
            Refuse($"Shops{number}", part.Shops.Length > 4_000);
        }

        return faults;

        void Refuse(string field, bool isWrong)
        {
            if (isWrong)
                faults.Add(field);
        }
    }

    /// <summary>What is kept of a draft without faults.</summary>
    public VoucherSeries ToSeries(
        Guid id, Guid officer, byte[] seed, DateTimeOffset now, DateOnly today, int scale) => new()
    {
        Id = id, Names = new LocalNames(Names), Goods = new LocalNames(Goods), IsByList = IsByList,
        Price = IsByList ? 0 : AmountOf(Price, scale), Books = Whole(Books)!.Value, PerPerson = Whole(PerPerson)!.Value,
        NeedsLevel = int.Parse(Level, CultureInfo.InvariantCulture), ResidentsOnly = ResidentsOnly,
        AgeFrom = Whole(AgeFrom), AgeTo = Whole(AgeTo), OpensOn = IsByList ? today : Day(OpensOn)!.Value,
        ClosesOn = IsByList ? today : Day(ClosesOn)!.Value,
        BuyUntil = IsByList ? Day(LastDay)!.Value : Day(BuyUntil)!.Value, LastDay = Day(LastDay)!.Value,
        Allotment = Allotment == "draw" ? AllotmentRule.Draw : AllotmentRule.Share, Budget = Budget, Seed = seed,
        AskedBy = officer, AskedAt = now,
    };

    /// <summary>The parts that have an amount.</summary>
    public IReadOnlyList<(long Amount, VoucherRule Rule)> RealParts(int scale) =>
        [.. Parts.Where(part => !part.IsEmpty).Select(part => (AmountOf(part.Amount, scale), part.Rule))];

    static long AmountOf(string typed, int scale) => Amounts.TryRead(typed, scale, out var units) ? units : 0;

    static int? Whole(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    static bool IsAge(string text) => text.Length == 0 || Whole(text) is >= 0 and <= 120;

    static DateOnly? Day(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", out var day) ? day : null;
}
