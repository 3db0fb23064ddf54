using System.Globalization;
using CityLoop.Ledger;
using CityLoop.Ledger.Seals;

namespace CityLoop.Server.City;

/// <summary>One reading of a pack's files; gathers every problem before it gives up.</summary>
sealed class CityReading(string folder, PackNode city, List<PackProblem> problems)
{
    IReadOnlyList<string> _languages = [];

    public CityPack Read(IReadOnlyDictionary<string, CastRole> roles)
    {
        city.Only(
            "names", "timeZone", "fiscalYearStart", "languages", "currencies", "budgets", "rebate", "seals", "colours",
            "cards", "offline", "family", "recovery", "payouts", "shops", "controller", "topUp",
            "largeShops");
        _languages = city.Texts("languages");
        var districts = Districts();
        var byCode = districts.ToDictionary(d => d.Code);
        var shops = Shops(byCode);
        var currencies = new CurrencyReading(city, _languages, districts, shops).Read();
        var budgets = Budgets(currencies);
        var rebate = Rebate(budgets);
        var seals = Seals();
        var cards = Cards();
        var offline = Offline();
        var family = Family();
        var recovery = Recovery();
        var payouts = PayoutsReading.Read(folder, city, problems);
        var terms = ShopTerms(payouts.Country);
        var topUp = TopUp();
        var controller = Controller();
        var names = city.Names("names", _languages);
        var zone = Zone();
        var colours = city.Map("colours");
        var spots = Spots(byCode);
        var people = People(byCode, shops, roles);
        var directory = new DirectoryReading(
            folder, _languages, byCode, shops.ToDictionary(s => s.Code), problems).Read();
        if (problems.Count > 0)
            throw new CityPackException(folder, problems);

        return new CityPack
        {
            Folder = folder,
            Names = names,
            TimeZone = zone,
            Languages = _languages,
            Currencies = currencies,
            Budgets = budgets,
            Rebate = rebate!,
            Controller = controller,
            Seals = seals,
            Cards = cards,
            Offline = offline,
            Family = family,
            Recovery = recovery,
            Payouts = payouts,
            ShopTerms = terms,
            TopUp = topUp,
            Colours = colours,
            LargeShops = city.Has("largeShops") ? city.Texts("largeShops").ToHashSet() : new HashSet<string>(),
            Districts = districts,
            Spots = spots,
            Shops = shops,
            People = people,
            Directory = directory,
        };
    }

    TimeZoneInfo Zone()
    {
        var name = city.Text("timeZone");
        if (CityZone.Find(name) is { } zone)
            return zone;
        city.Wrong("timeZone", $"'{name}' is not known on this machine",
            "Write an IANA name as Asia/Taipei, and install the package tzdata for zones other than the demo's");
        return TimeZoneInfo.Utc;
    }

    List<CityBudget> Budgets(List<CityCurrency> currencies)
    {
        var budgets = new List<CityBudget>();
        foreach (var node in city.Many("budgets"))
        {
            node.Only("name", "names", "funder", "currency", "amount");
            var name = node.Text("name");
            if (budgets.Any(b => b.Name == name))
                node.Wrong("name", $"'{name}' stands in two budgets", "Give each budget its own");
            var currency = currencies.Find(c => c.Code == node.Text("currency"));
            if (currency is null)
                node.Wrong("currency", "is not one of the city's", "Write the code of a currency above");
            else
                budgets.Add(new CityBudget(
                    name, node.Names("names", _languages), node.Names("funder", _languages), currency,
                    node.Whole("amount", 1, Transfer.MaxAmount)));
        }

        return budgets;
    }

    CityRebate? Rebate(List<CityBudget> budgets)
    {
        var node = city.One("rebate").Only("percent", "budget");
        var percent = (int)node.Whole("percent", 0, 100);
        var name = node.Text("budget");
        if (budgets.Find(b => b.Name == name) is { } budget)
            return new CityRebate(percent, budget);
        node.Wrong("budget", $"'{name}' is not one of the budgets", "Write the name of a budget above");
        return null;
    }

    Party Controller()
    {
        var node = city.One("controller").Only("names", "postalAddress", "contact");
        var party = new Party(node.Names("names", _languages), node.Text("postalAddress"), node.Text("contact"));
        if (!Party.IsContact(party.Contact))
            node.Wrong("contact", $"is '{party.Contact}'",
                "Write an e-mail address, a telephone number or an address that begins with https://");
        return party;
    }

    CityCards Cards()
    {
        if (!city.Has("cards"))
            return CityCards.Usual;
        var node = city.One("cards").Only("withoutPin", "withoutPinPerDay");
        var rule = new CityCards(
            node.Whole("withoutPin", 0, Transfer.MaxAmount), node.Whole("withoutPinPerDay", 0, Transfer.MaxAmount));
        if (rule.WithoutPinPerDay < rule.WithoutPin)
            node.Wrong("withoutPinPerDay", "is less than a single payment may be", "Write 'withoutPin' or more");
        return rule;
    }

    CityOffline Offline()
    {
        if (!city.Has("offline"))
            return CityOffline.Usual;
        var node = city.One("offline").Only("charge", "person", "till", "shop", "hours");
        long Sum(string field) => node.Whole(field, 0, Transfer.MaxAmount);
        var rule = new CityOffline(
            Sum("charge"), Sum("person"), Sum("till"), Sum("shop"), (int)node.Whole("hours", 1, 7 * 24));
        if (rule.Till > rule.Shop)
            node.Wrong("till", "is more than all tills of a shop may charge", "Write 'shop' or less");
        if (rule.Charge > rule.Person || rule.Charge > rule.Till)
            node.Wrong("charge", "is more than a person or a till may", "Write 'person' or 'till', or less");
        return rule;
    }

    CityFamily Family()
    {
        if (!city.Has("family"))
            return CityFamily.Usual;
        var node = city.One("family").Only("actsUntil", "majority");
        var rule = new CityFamily((int)node.Whole("actsUntil", 0, 25), (int)node.Whole("majority", 1, 25));
        if (rule.ActsUntil > rule.Majority)
            node.Wrong("actsUntil", "is above the age of majority", "Write 'majority' or less");
        return rule;
    }

    CityRecovery Recovery()
    {
        if (!city.Has("recovery"))
            return CityRecovery.Usual;
        var node = city.One("recovery").Only("waitDays", "newContactDays");
        return new CityRecovery((int)node.Whole("waitDays", 1, 90), (int)node.Whole("newContactDays", 1, 365));
    }

    CityShops ShopTerms(string country)
    {
        if (!city.Has("shops"))
            return CityShops.Usual(country);
        var node = city.One("shops").Only("refundDays", "taxPercents");
        return new CityShops(
            (int)node.Whole("refundDays", 0, LedgerState.ReversibleDays), node.Wholes("taxPercents", 0, 50));
    }

    CityTopUp? TopUp() => city.Has("topUp")
        ? new CityTopUp(city.One("topUp").Only("most").Whole("most", 1, Transfer.MaxAmount))
        : null;

    CitySeals Seals()
    {
        var node = city.One("seals").Only("origin", "witnesses");
        var origin = node.Text("origin");
        if (origin.Length > 0 && !NoteKey.IsName(origin))
            node.Wrong("origin", $"is '{origin}'",
                "Write an address of the city's without https:// and without blanks, as city.example/journal");
        var witnesses = new List<NoteKey>();
        foreach (var text in node.Has("witnesses") ? node.Texts("witnesses") : [])
            if (NoteKey.Parse(text) is { Type: NoteKey.Witness } key && witnesses.All(w => w.Name != key.Name))
                witnesses.Add(key);
            else
                node.Wrong("witnesses", $"has '{text}', which is no key of a witness or has the name of another",
                    "Copy the key that the witness publishes: name+number+key, of type 4");
        return new CitySeals(origin, witnesses);
    }

    IReadOnlyList<District> Districts()
    {
        var taken = new HashSet<string>();
        return PackTable.Read(
            folder, "districts.csv",
            [
                "code", .. _languages, "population", "households", "under_15", "from_15_to_64", "over_64",
                "latitude", "longitude",
            ],
            problems, row =>
            {
                var district = new District(
                    row.Handle("code", taken), row.Names(_languages), row.Whole("population"),
                    row.Whole("households"), row.Whole("under_15"), row.Whole("from_15_to_64"),
                    row.Whole("over_64"),
                    row.Degrees("latitude", 90), row.Degrees("longitude", 180));
                var ages = (long)district.Under15 + district.From15To64 + district.Over64;
                if (ages != district.Population)
                    row.Wrong("population", $"is {district.Population}, but the three ages add up to {ages}",
                        string.Create(CultureInfo.InvariantCulture, $"Write {ages}, or mend the ages"));
                return district;
            });
    }

    IReadOnlyList<Spot> Spots(Dictionary<string, District> districts)
    {
        var taken = new HashSet<string>();
        return PackTable.Read(
            folder, "spots.csv", ["id", .. _languages, "district", "latitude", "longitude"], problems,
            row => new Spot(
                row.Handle("id", taken), row.Names(_languages), row.OneOf("district", districts),
                row.Degrees("latitude", 90), row.Degrees("longitude", 180)));
    }

    IReadOnlyList<Shop> Shops(Dictionary<string, District> districts)
    {
        var taken = new HashSet<string>();
        return PackTable.Read(
            folder, "shops.csv", ["code", .. _languages, "district", "category", .. PayoutsReading.AccountColumns],
            problems,
            row => new Shop(
                row.Handle("code", taken), row.Names(_languages), row.OneOf("district", districts),
                row.Text("category"), PayoutsReading.Account(row)));
    }

    IReadOnlyList<CastMember> People(
        Dictionary<string, District> districts, IReadOnlyList<Shop> shops,
        IReadOnlyDictionary<string, CastRole> roles)
    {
        var taken = new HashSet<string>();
        var shopsByCode = shops.ToDictionary(s => s.Code);
        return PackTable.Read(
            folder, "people.csv",
            ["id", .. _languages, "role", "born", "district", "email", "guardian", "shop"], problems,
            row =>
            {
                var guardian = row.Optional("guardian");
                if (guardian is not null && !taken.Contains(guardian))
                    row.Wrong("guardian", $"'{guardian}' does not stand above", "Write the guardian's row first");
                var role = row.OneOf("role", roles);
                var shop = row.Optional("shop") is null ? null : row.OneOf("shop", shopsByCode);
                if ((role == CastRole.ShopWorker) != (shop is not null))
                    row.Wrong("shop", "does not fit the role", "A shop_worker has a shop, nobody else has one");
                return new CastMember(
                    row.Handle("id", taken), row.Names(_languages), role, row.Day("born"),
                    row.Optional("district") is null ? null : row.OneOf("district", districts),
                    row.Optional("email"), guardian, shop);
            });
    }
}
