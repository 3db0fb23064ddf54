using System.Globalization;
using CityLoop.Ledger;

namespace CityLoop.Server.Operations.Import;

/// <summary>The names that follow from the rows, so that importing again cannot post again.</summary>
static class SchemeIds
{
    /// <summary>The scheme's name in accounts, ids and tables.</summary>
    public const string Scheme = "community-points";

    /// <summary>The code of its own currency.</summary>
    public const string CurrencyCode = "CPT";

    public static readonly Guid Reference = DerivedId.From("import", Scheme);

    public static readonly Guid Currency = DerivedId.From(Scheme, "currency", CurrencyCode);

    public const string IssuingName = "issuing:" + CurrencyCode;

    public static string BudgetName(int round) => $"budget:{Scheme}-{Text(round)}";

    public static Guid Member(string member) => DerivedId.From(Scheme, "member", member);

    public static Guid Escrow(string member) => DerivedId.From(Scheme, "escrow", member);

    public static Guid Of(EarnedRow row) => DerivedId.From(Scheme, "earned", Text(row.Round), row.Member, row.Kind);

    public static Guid Of(GiftRow row) => DerivedId.From(Scheme, "gift", row.Id);

    /// <summary>
    /// A round is funded for its rows; the first of them names the funding, so that later rows get their own.
    /// </summary>
    public static Guid Funding(Guid firstRow, int part) =>
        DerivedId.From(Scheme, "fund", firstRow.ToString(), Text(part));

    public static Guid Release(Guid gift) => DerivedId.From(Scheme, "release", gift.ToString());

    public static Guid ContentOf(EarnedRow row) => DerivedId.From(Text(row.Units));

    public static Guid ContentOf(GiftRow row) => DerivedId.From(
        Text(row.Round), row.At.UtcTicks.ToString(CultureInfo.InvariantCulture), row.From, row.To,
        row.IsToRegistered ? "1" : "0", Text(row.Units));

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
