using System.Security.Cryptography;
using CityLoop.Ledger;
using CityLoop.Server.City;

namespace CityLoop.Server.Vouchers;

/// <summary>How a series is shared out when more books are wished for than there are.</summary>
enum AllotmentRule
{
    /// <summary>Everybody gets the same share of their wish.</summary>
    Share,

    /// <summary>Lots decide who gets all of their wish.</summary>
    Draw,
}

/// <summary>A shop, as far as it matters for which vouchers it takes.</summary>
readonly record struct PayPlace(string Shop, string Category, string District, bool IsLarge);

/// <summary>Which shops take a part of a book. What is not named is not asked.</summary>
sealed record VoucherRule(
    bool SmallShopsOnly = false, IReadOnlyList<string>? Categories = null, IReadOnlyList<string>? Districts = null,
    IReadOnlyList<string>? Shops = null)
{
    public bool IsEverywhere => !SmallShopsOnly && Categories is null && Districts is null && Shops is null;

    public bool Accepts(PayPlace place) =>
        !(SmallShopsOnly && place.IsLarge)
        && Categories?.Contains(place.Category) != false
        && Districts?.Contains(place.District) != false
        && Shops?.Contains(place.Shop) != false;
}

/// <summary>A part of each book of a series: a currency of its own.</summary>
/// <param name="Amount">In one book, in the smallest unit of the city's points.</param>
sealed record VoucherPart(Guid Series, int Number, CurrencyId Currency, long Amount, VoucherRule Rule)
{
    /// <summary>Where its units come from and go back to.</summary>
    public string Budget => $"budget:voucher-{Series:N}-{Number}";

    /// <summary>What was spent of it in shops of a kind.</summary>
    public string SpentIn(string category) => $"{SpentPrefix}{category}";

    public string SpentPrefix => $"voucher-spent:{Series:N}-{Number}:";

    public string Code => CodeOf(Currency);

    /// <summary>A currency's code has letters only.</summary>
    static string CodeOf(CurrencyId currency)
    {
        var letters = new char[4];
        var left = (int)currency.Value;
        for (var i = letters.Length - 1; i >= 0; i--, left /= 26)
            letters[i] = (char)('A' + left % 26);
        return "V" + new string(letters);
    }
}

/// <summary>Vouchers of one kind: what a book costs and is worth, who may have how many, until when.</summary>
sealed record VoucherSeries
{
    public required Guid Id { get; init; }
    public required LocalNames Names { get; init; }
    public required LocalNames Goods { get; init; }

    /// <summary>True where a list says who gets them, false where people apply.</summary>
    public required bool IsByList { get; init; }

    /// <summary>What a person pays for a book.</summary>
    public required long Price { get; init; }
    public required int Books { get; init; }
    public required int PerPerson { get; init; }
    public required int NeedsLevel { get; init; }
    public required bool ResidentsOnly { get; init; }
    public required int? AgeFrom { get; init; }
    public required int? AgeTo { get; init; }
    public required DateOnly OpensOn { get; init; }
    public required DateOnly ClosesOn { get; init; }
    public required DateOnly BuyUntil { get; init; }
    public required DateOnly LastDay { get; init; }
    public required AllotmentRule Allotment { get; init; }
    public required string Budget { get; init; }
    public required byte[] Seed { get; init; }
    public required Guid AskedBy { get; init; }
    public required DateTimeOffset AskedAt { get; init; }
    public Guid? DecidedBy { get; init; }
    public DateTimeOffset? DecidedAt { get; init; }
    public bool? IsApproved { get; init; }
    public DateTimeOffset? OpenedAt { get; init; }
    public DateTimeOffset? DrawnAt { get; init; }
    public DateTimeOffset? ClosedAt { get; init; }
    public IReadOnlyList<VoucherPart> Parts { get; init; } = [];

    /// <summary>What a book is worth in shops.</summary>
    public long Worth => Parts.Sum(part => part.Amount);

    /// <summary>What the city adds to all books.</summary>
    public long Premium => checked(Math.Max(0, Worth - Price) * Books);

    /// <summary>The account that the vouchers' worth is paid from.</summary>
    public string Cover => $"budget:voucher-{Id:N}";

    /// <summary>Published before anybody applies: the seed cannot be chosen any more.</summary>
    public string SeedHash => Convert.ToHexStringLower(SHA256.HashData(Seed));

    public string? ShownSeed => DrawnAt is null ? null : Convert.ToHexStringLower(Seed);

    /// <summary>How far it is on a day.</summary>
    public string StateOn(DateOnly day) =>
        IsApproved is null ? "draft"
        : IsApproved is false ? "refused"
        : OpenedAt is null ? "opening"
        : ClosedAt is not null ? "closed"
        : day > LastDay ? "over"
        : IsByList ? "list"
        : day < OpensOn ? "soon"
        : day <= ClosesOn ? "applying"
        : DrawnAt is null ? "drawing"
        : day <= BuyUntil ? "buying"
        : "spending";
}
