using CityLoop.Ledger;
using CityLoop.Ledger.Seals;

namespace CityLoop.Server.City;

/// <summary>One kind of value that the city issues.</summary>
sealed record CityCurrency(CurrencyId Id, string Code, int Scale, LocalNames Names, LastDayRule LastDay)
{
    /// <inheritdoc cref="DefineCurrency.MayBeGiven"/>
    public bool MayBeGiven { get; init; } = true;

    /// <inheritdoc cref="DefineCurrency.IsBacked"/>
    public bool IsBacked { get; init; }

    /// <inheritdoc cref="DefineCurrency.DecayPerMonth"/>
    public int DecayPerMonth { get; init; }

    /// <summary>
    /// For how many days refunded points that have ended meanwhile can be spent again; 0 lets them end.
    /// </summary>
    public int RefundGraceDays { get; init; }

    public SpendRule Spending { get; init; } = SpendRule.Everywhere;

    public IReadOnlyList<CityLimit> Limits { get; init; } = [];
}

/// <summary>How people buy points.</summary>
/// <param name="Most">At once, in the currency's smallest unit; what in a day is a limit of the currency.</param>
sealed record CityTopUp(long Most);

/// <summary>A funded purse: where its points come from and how many there are, in the smallest unit.</summary>
sealed record CityBudget(string Name, LocalNames Names, LocalNames Funder, CityCurrency Currency, long Amount);

/// <summary>The share of each payment that comes back, rounded down, and the budget that pays it.</summary>
sealed record CityRebate(int Percent, CityBudget Budget);

/// <summary>How others know this city's journal, and whose word on its seals the city publishes.</summary>
/// <param name="Origin">A name of the world's own: an address without its scheme. It cannot change later.</param>
sealed record CitySeals(string Origin, IReadOnlyList<NoteKey> Witnesses);

/// <summary>An administrative district with the people who live there, and the middle of where they live.</summary>
sealed record District(
    string Code, LocalNames Names, int Population, int Households, int Under15, int From15To64, int Over64,
    double Latitude, double Longitude);

/// <summary>A place to check in.</summary>
sealed record Spot(string Id, LocalNames Names, District District, double Latitude, double Longitude);

/// <summary>A shop that takes points from the first day of the city.</summary>
sealed record Shop(string Code, LocalNames Names, District District, string Category, BankAccount Bank);

/// <summary>Where somebody's money goes.</summary>
/// <param name="Code">The bank's number and its branch's, digits only.</param>
/// <param name="Holder">The holder's name as the bank has it.</param>
sealed record BankAccount(string Code, string Number, string Holder);

/// <summary>What somebody may do, as the pack writes it.</summary>
enum CastRole
{
    Resident,
    ShopWorker,
    CityStaff,
    Auditor,
}

/// <summary>
/// One of the demo people. Without an e-mail they have no phone; without a district they are visiting.
/// </summary>
sealed record CastMember(
    string Id, LocalNames Names, CastRole Role, DateOnly Born, District? District, string? Email,
    string? Guardian, Shop? Shop);

/// <summary>Until when points of a currency can be spent, counted from the day on which they were earned.</summary>
abstract record LastDayRule
{
    /// <summary>The last day for points earned on a day, or null for no end.</summary>
    public abstract DateOnly? For(DateOnly earned);

    /// <summary>The same day of the month, some months later (or that month's last day).</summary>
    public sealed record Months(int Count) : LastDayRule
    {
        public override DateOnly? For(DateOnly earned) => earned.AddMonths(Count);
    }

    /// <summary>One day for all, as on a voucher.</summary>
    public sealed record FixedDay(DateOnly Day) : LastDayRule
    {
        public override DateOnly? For(DateOnly earned) => Day;
    }

    /// <summary>The last day of the fiscal year in which they were earned.</summary>
    public sealed record FiscalYearEnd(int StartMonth, int StartDay) : LastDayRule
    {
        public override DateOnly? For(DateOnly earned)
        {
            var nextStart = new DateOnly(earned.Year, StartMonth, StartDay);
            return (nextStart > earned ? nextStart : nextStart.AddYears(1)).AddDays(-1);
        }
    }

    /// <summary>They never end.</summary>
    public sealed record Never : LastDayRule
    {
        public override DateOnly? For(DateOnly earned) => null;
    }
}

/// <summary>What a card pays without its PIN, in the main currency's smallest unit.</summary>
/// <param name="WithoutPin">In one payment.</param>
/// <param name="WithoutPinPerDay">In all payments of a day.</param>
sealed record CityCards(long WithoutPin, long WithoutPinPerDay)
{
    /// <summary>A lunch, and two of them: what a city loses at most when a card lies in the street for a day.</summary>
    public static CityCards Usual { get; } = new(300, 600);
}

/// <summary>What a city's shops may do by themselves, and how their sales are taxed.</summary>
/// <param name="RefundDays">So many days after a payment the shop gives it back; afterwards two officers can.</param>
/// <param name="TaxPercents">The rates of sales tax that prices may include, the usual one first.</param>
sealed record CityShops(int RefundDays, IReadOnlyList<int> TaxPercents)
{
    /// <summary>A month: longer than most shops take goods back.</summary>
    const int UsualRefundDays = 30;

    /// <summary>
    /// Taiwan: 5 % (加值型及非加值型營業稅法 article 10). Japan: 10 %, for food and newspapers 8 % (消費税法 article 29).
    /// </summary>
    public static CityShops Usual(string country) => new(UsualRefundDays, country == "JP" ? [10, 8] : [5]);
}

/// <summary>Until when guardians are needed, in years of the child's age.</summary>
/// <param name="ActsUntil">From this age on a child uses its pass itself.</param>
/// <param name="Majority">At this age nobody is a guardian any more.</param>
sealed record CityFamily(int ActsUntil, int Majority)
{
    /// <summary>Thirteen, when children get phones of their own; eighteen by the Civil Code (Taiwan, 2023).</summary>
    public static CityFamily Usual { get; } = new(13, 18);
}

/// <summary>What a city does so that nobody else recovers a person's pass at a counter.</summary>
/// <param name="WaitDays">
/// So long a document must stand behind a pass before it opens it, or its owner has to stop a recovery by another one.
/// </param>
/// <param name="NewContactDays">Contacts that are newer than this at a recovery wait for their owner's yes.</param>
sealed record CityRecovery(int WaitDays, int NewContactDays)
{
    /// <summary>A week, in which most people read their letters; a month, in which a lost phone is missed.</summary>
    public static CityRecovery Usual { get; } = new(7, 30);

    public TimeSpan Wait => TimeSpan.FromDays(WaitDays);
}

/// <summary>
/// What a shop's tills may charge while they have no network, in the main currency's smallest unit: what a shop may
/// lose at most, for nobody can look then whether a code is good.
/// </summary>
/// <param name="Charge">In one charge.</param>
/// <param name="Person">Of one card or wallet, in all shops, within <paramref name="Hours"/>.</param>
/// <param name="Till">By one till, until it has had network again.</param>
/// <param name="Shop">By all tills of a shop together; a shop may choose less.</param>
/// <param name="Hours">So long a till may charge after it last had network, and so old a charge may be.</param>
sealed record CityOffline(long Charge, long Person, long Till, long Shop, int Hours)
{
    /// <summary>
    /// Lunches, as a card pays alone: one, two for one person, seven a till, twenty a shop; a day to find network.
    /// </summary>
    public static CityOffline Usual { get; } = new(300, 600, 2_000, 6_000, 24);

    public TimeSpan Age => TimeSpan.FromHours(Hours);
}
