using System.Xml;
using CityLoop.Server.City;

namespace CityLoop.Server.Merchants.Payouts;

/// <summary>Whether a shop's bank account can stand in the files by which the city pays.</summary>
static class AccountCheck
{
    // Taiwan: three digits of the bank and four of the branch. Japan: four and three.
    const int CodeLength = 7;

    // The longest that a bank in Taiwan has; Japan's transfer format has seven.
    const int NumberMax = 16;
    const int ZenginNumberMax = 7;

    // Nm of pain.001.001.09.
    const int NameMax = 140;

    /// <summary>Which of the account's three fields cannot be written; none where all is well.</summary>
    public static IEnumerable<string> Faults(string country, BankAccount account)
    {
        var isJapan = country == "JP";
        if (account.Code.Length != CodeLength || !account.Code.All(char.IsAsciiDigit))
            yield return nameof(BankAccount.Code);
        if (account.Number.Length == 0 || account.Number.Length > (isJapan ? ZenginNumberMax : NumberMax)
            || !account.Number.All(char.IsAsciiDigit))
            yield return nameof(BankAccount.Number);
        if (isJapan
                ? !ZenginFile.CanWrite(account.Holder, ZenginFile.HolderMax)
                : account.Holder.Length is 0 or > NameMax || account.Holder.Any(char.IsControl)
                    || !account.Holder.All(XmlConvert.IsXmlChar))
            yield return nameof(BankAccount.Holder);
    }
}
