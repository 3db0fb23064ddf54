using System.Globalization;
using System.Text;
using CityLoop.Server.City;
using CityLoop.Server.Merchants.Settlement;
using CityLoop.Server.Merchants.Statements;

namespace CityLoop.Server.Merchants.Payouts;

/// <summary>
/// A shop's statement as a table for its accountant: what was left over, each payment and refund with the tax in it and
/// with what the city gave its customer on top (which the shop is charged nothing for), and what is paid when.
/// </summary>
static class StatementCsv
{
    const string Header =
        "shop,from,to,kind,at,payment,journal,amount,rebate_by_city,charge,tax_percent,tax_included,seller_number";

    public static string NameOf(string shop) => $"statement-{shop}.csv";

    /// <summary>The mark at the front tells Excel that the file is UTF-8.</summary>
    public static byte[] Write(IEnumerable<ShopStatement> statements, CityPayouts terms, int scale, CityClock clock)
    {
        var text = new StringBuilder("\ufeff").Append(Header).Append('\n');
        foreach (var statement in statements)
            foreach (var row in statement.Rows)
                text.AppendJoin(',', FieldsOf(statement, row, terms, scale, clock)).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    static IEnumerable<string> FieldsOf(
        ShopStatement statement, StatementRow row, CityPayouts terms, int scale, CityClock clock)
    {
        var (part, line) = (statement.Part, statement.Line);
        var isPayment = row.Kind == StatementKind.Payment;
        int? percent = row.Entry is null ? null : line.Tax.Percent;
        return
        [
            Fields.Text(line.Code), Fields.Day(part.Window.FirstDay), Fields.Day(part.Window.LastDay), KindOf(row.Kind),
            row.Entry is { } entry
                ? clock.InCity(entry.EffectiveAt).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture)
                : row.Kind == StatementKind.Payout ? Fields.Day(part.PaidOn) : "",
            row.Kind == StatementKind.Payout ? CreditTransferFile.EndToEndId(line) : $"{row.Payment}",
            row.Entry?.Sequence.ToString(CultureInfo.InvariantCulture) ?? "",
            Fields.Plain(row.Amount, scale), isPayment ? Fields.Plain(row.Rebate, scale) : "",
            isPayment ? Fields.Plain(0, scale) : "", percent is { } rate ? Fields.Number(rate) : "",
            percent is { } tax ? Fields.Plain(ShopTax.In(row.Amount, tax, terms.Country), scale) : "",
            Fields.Text(line.Tax.Number),
        ];
    }

    static string KindOf(StatementKind kind) => kind switch
    {
        StatementKind.CarriedIn => "carried_in",
        StatementKind.Payment => "payment",
        StatementKind.Refund => "refund",
        StatementKind.Payout => "payout",
        _ => "carried_out",
    };
}
