using CityLoop.Ledger;

namespace CityLoop.Server.City;

/// <summary>Reads from a pack how shops are paid.</summary>
static class PayoutsReading
{
    /// <summary>The columns of shops.csv that say where a shop's money goes.</summary>
    public static readonly string[] AccountColumns = ["bank_code", "bank_account", "account_holder"];

    public static CityPayouts Read(string folder, PackNode city, List<PackProblem> problems)
    {
        var node = city.One("payouts").Only(
            "money", "moneyNumber", "country", "minimum", "payer", "bankCode", "bankAccount", "clientCode", "firstHalf",
            "secondHalf");
        var money = node.Text("money");
        if (money.Length != 3 || !money.All(char.IsAsciiLetterUpper))
            node.Wrong("money", $"is '{money}'", "Write three capitals of ISO 4217, as TWD or JPY");
        var country = node.Text("country");
        if (country.Length != 2 || !country.All(char.IsAsciiLetterUpper))
            node.Wrong("country", $"is '{country}'", "Write two capitals of ISO 3166, as TW or JP");
        return new CityPayouts(
            money, Digits("moneyNumber", 3), country,
            node.Whole("minimum", 0, Transfer.MaxAmount), node.Text("payer"),
            Digits("bankCode", 7), Digits("bankAccount", 7),
            Digits("clientCode", 10), Day("firstHalf"), Day("secondHalf"),
            new BankCalendar(PackTable.Read(
                folder, "bank-holidays.csv", ["day", "name"], problems, row => row.Day("day"))));

        string Digits(string field, int count)
        {
            var text = node.Text(field);
            if (text.Length != count || !text.All(char.IsAsciiDigit))
                node.Wrong(field, $"is '{text}'", $"Write {count} digits");
            return text;
        }

        PayDay Day(string field)
        {
            var day = node.One(field).Only("month", "day");
            return new((int)day.Whole("month", 0, 3), (int)day.Whole("day", 1, 31));
        }
    }

    public static BankAccount Account(PackTable.Row row)
    {
        var (code, number, holder) = (row.Text("bank_code"), row.Text("bank_account"), row.Text("account_holder"));
        if (!code.All(char.IsAsciiDigit))
            row.Wrong("bank_code", $"is '{code}'", "Write the bank's and the branch's number, digits only");
        if (!number.All(char.IsAsciiDigit))
            row.Wrong("bank_account", $"is '{number}'", "Write digits only");
        return new BankAccount(code, number, holder);
    }
}
