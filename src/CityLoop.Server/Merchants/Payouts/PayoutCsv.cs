using System.Text;
using CityLoop.Server.Merchants.Settlement;

namespace CityLoop.Server.Merchants.Payouts;

/// <summary>The payout as a table that people and their programs read.</summary>
static class PayoutCsv
{
    public const string FileName = "payout.csv";

    const string Header =
        "settlement,shop,name,bank_code,bank_account,account_holder,currency,amount,from,to,pay_on,payments,"
        + "payments_amount,refunds,refunds_amount,carried_in";

    /// <summary>UTF-8 without a mark at the front, line feeds, shops by code. Nobody gets zero.</summary>
    public static byte[] Write(Payout payout)
    {
        var text = new StringBuilder(Header).Append('\n');
        foreach (var (part, line) in payout.Transfers)
            text.AppendJoin(',', FieldsOf(payout, part, line)).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    static IEnumerable<string> FieldsOf(Payout payout, PayoutPart part, SettlementLine line) =>
    [
        part.Window.Id.ToString(), Fields.Text(line.Code), Fields.Text(line.Name), Fields.Text(line.Bank.Code),
        Fields.Text(line.Bank.Number), Fields.Text(line.Bank.Holder), Fields.Text(payout.Currency),
        Fields.Plain(line.Amount, payout.Scale), Fields.Day(part.Window.FirstDay), Fields.Day(part.Window.LastDay),
        Fields.Day(part.PaidOn), Fields.Number(line.Sum.Payments), Fields.Plain(line.Sum.Paid, payout.Scale),
        Fields.Number(line.Sum.Refunds), Fields.Plain(line.Sum.Refunded, payout.Scale),
        Fields.Plain(line.CarriedIn, payout.Scale),
    ];
}
