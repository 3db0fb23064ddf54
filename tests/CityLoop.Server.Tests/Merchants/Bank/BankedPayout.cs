using System.Globalization;
using System.Text;
using System.Xml.Linq;
using CityLoop.Server.Merchants.Payouts;
using CityLoop.Server.Merchants.Settlement;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants.Settlement;

namespace CityLoop.Server.Tests.Merchants.Bank;

/// <summary>One transfer as the bank's file orders it, by the names that the bank answers with.</summary>
sealed record Ordered(string Message, string Part, string Id, decimal Amount);

/// <summary>A payout of two shops, as their bank sees it.</summary>
static class BankedPayout
{
    public const string GreenRiver = "green-river";

    /// <summary>
    /// A bakery and a bookshop sell something, the half-month passes and is settled: what the bank's file orders, the
    /// bookshop's first.
    /// </summary>
    public static async Task<List<Ordered>> PayAndSettleAsync(this TestCity city, long bakery, long books)
    {
        await city.PayAsync(Cast.SunflowerBakery, bakery);
        await city.PayAsync(GreenRiver, books);
        await city.Get<SettleShops>().RunAsync(city.PassHalfMonth(), default);
        var file = XDocument.Parse(Encoding.UTF8.GetString((await city.FilesForBankAsync())[0]));
        string Of(XElement of, string name) => of.Descendants().First(e => e.Name.LocalName == name).Value;
        return [
            .. file.Descendants().Where(e => e.Name.LocalName == "CdtTrfTxInf").Select(t => new Ordered(
                Of(file.Root!, "MsgId"), Of(t.Parent!, "PmtInfId"), Of(t, "EndToEndId"),
                decimal.Parse(Of(t, "InstdAmt"), CultureInfo.InvariantCulture))),
        ];
    }

    /// <summary>The files of the latest payout, the credit transfer first.</summary>
    public static async Task<List<byte[]>> FilesForBankAsync(this TestCity city)
    {
        var settle = city.Get<SettleShops>();
        var settled = await settle.RunAsync(settle.Yesterday, default);
        var payout = (await city.Get<PayoutFiles>().OfAsync(settled.Payout, default))!;
        return [.. PayoutFiles.ForBank(payout).Files.Select(file => file.Bytes)];
    }

    /// <summary>The booking by which a transfer left the city's account.</summary>
    public static Booking Debit(Ordered transfer) => new(transfer.Amount) { Of = [(transfer.Id, null, null)] };
}
