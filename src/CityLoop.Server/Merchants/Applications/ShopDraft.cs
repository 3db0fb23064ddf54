using CityLoop.Server.City;
using CityLoop.Server.Merchants.Payouts;
using CityLoop.Server.Shared;

namespace CityLoop.Server.Merchants.Applications;

/// <summary>What a shop says of itself when it applies, as it was typed.</summary>
sealed record ShopDraft
{
    public const int NameMax = 60;
    public const int DaysOfWeek = 7;

    /// <summary>In the city's first language.</summary>
    public string Name { get; init; } = "";
    public string NameEn { get; init; } = "";
    public string Address { get; init; } = "";
    public string District { get; init; } = "";
    public string Category { get; init; } = "";
    public string TaxId { get; init; } = "";
    public string BankCode { get; init; } = "";
    public string BankAccount { get; init; } = "";

    /// <summary>As the bank has it.</summary>
    public string AccountHolder { get; init; } = "";

    /// <summary>From Monday, "09:00-18:00"; empty on a day on which it is closed.</summary>
    public string[] OpeningHours { get; init; } = [.. Enumerable.Repeat("", DaysOfWeek)];

    /// <summary>How officers reach the shop while they look at this.</summary>
    public string Contact { get; init; } = "";

    public BankAccount Bank => new(BankCode, BankAccount, AccountHolder);

    /// <summary>Digits are taken full width and with the blanks and dashes that people group them by.</summary>
    public static ShopDraft Of(IFormCollection form)
    {
        string Text(string field) => form[field].ToString().Trim();
        string Number(string field) =>
            string.Concat(HalfWidth.Of(Text(field)).Where(sign => sign is not (' ' or '-')));
        return new ShopDraft
        {
            Name = Text("Name"), NameEn = Text("NameEn"), Address = Text("Address"), District = Text("District"),
            Category = Text("Category"), TaxId = Number("TaxId"), BankCode = Number("BankCode"),
            BankAccount = Number("BankAccount"), AccountHolder = Text("AccountHolder"), Contact = Text("Contact"),
            OpeningHours = [.. Enumerable.Range(0, DaysOfWeek).Select(day => Hours(
                Text($"Opens{day}"), Text($"Closes{day}")))],
        };
    }

    /// <summary>The fields that cannot stand like this.</summary>
    public IReadOnlySet<string> Faults(CityPack city)
    {
        var country = city.Payouts.Country;
        var faults = new HashSet<string>();
        Refuse(nameof(Name), !IsName(Name) || Name.Length == 0);
        Refuse(nameof(NameEn), !IsName(NameEn));
        Refuse(nameof(Address), !Party.IsPostalAddress(Address));
        Refuse(nameof(District), city.Districts.All(district => district.Code != District));
        Refuse(nameof(Category), !ShopCategories.In(city).Contains(Category));
        Refuse(nameof(TaxId), !Applications.TaxId.IsValid(country, TaxId));
        foreach (var field in AccountCheck.Faults(country, Bank))
            faults.Add(field switch
            {
                nameof(City.BankAccount.Code) => nameof(BankCode),
                nameof(City.BankAccount.Number) => nameof(BankAccount),
                _ => nameof(AccountHolder),
            });
        Refuse(nameof(OpeningHours), OpeningHours.Any(day => day.Length > 0 && !City.OpeningHours.IsSpan(day)));
        Refuse(nameof(Contact), !Party.IsContact(Contact));
        return faults;

        void Refuse(string field, bool isWrong)
        {
            if (isWrong)
                faults.Add(field);
        }
    }

    /// <summary>What was typed for a day: when it opens and when it closes.</summary>
    public (string Opens, string Closes) On(int day) =>
        OpeningHours[day].Split('-') is [var opens, var closes] ? (opens, closes) : ("", "");

    static string Hours(string opens, string closes) => opens.Length + closes.Length == 0 ? "" : $"{opens}-{closes}";

    static bool IsName(string name) => name.Length <= NameMax && !name.Any(char.IsControl);
}
