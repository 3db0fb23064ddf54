using CityLoop.Ledger;

namespace CityLoop.Server.City;

/// <summary>Reads the currencies of a pack with their rules.</summary>
sealed class CurrencyReading(
    PackNode city, IReadOnlyList<string> languages, IReadOnlyList<District> districts, IReadOnlyList<Shop> shops)
{
    /// <summary>The ledger counts decay in millionths; 100 % would leave nothing.</summary>
    const int DecayMax = 999_999;

    /// <summary>Long enough for a season's voucher; a refund after it is no refund.</summary>
    const int GraceDaysMax = 366;

    /// <summary>What a limit may count: what moves, and whose.</summary>
    static readonly Dictionary<(string What, string Per), (TransferCode Code, LimitPer Per)> Countable = new()
    {
        [("pay", "person")] = (TransferCode.Pay, LimitPer.Giver),
        [("pay", "shop")] = (TransferCode.Pay, LimitPer.Receiver),
        [("pay", "person-and-shop")] = (TransferCode.Pay, LimitPer.GiverAndReceiver),
        [("earn", "person")] = (TransferCode.Earn, LimitPer.Receiver),
        [("earn", "person-and-mission")] = (TransferCode.Earn, LimitPer.ReceiverAndReference),
        [("rebate", "person")] = (TransferCode.Rebate, LimitPer.Receiver),
        [("gift", "person")] = (TransferCode.Gift, LimitPer.Giver),
        [("top-up", "person")] = (TransferCode.TopUp, LimitPer.Receiver),
    };

    static readonly Dictionary<string, LimitPeriod> Periods = new()
    {
        ["day"] = LimitPeriod.Day, ["month"] = LimitPeriod.Month, ["always"] = LimitPeriod.Always,
    };

    readonly HashSet<short> _limits = [];

    public List<CityCurrency> Read()
    {
        var currencies = new List<CityCurrency>();
        foreach (var node in city.Many("currencies"))
        {
            node.Only(
                "id", "code", "scale", "names", "lastDay", "mayBeGiven", "backed", "decayPerMonth", "refundGraceDays",
                "spending", "limits");
            var code = node.Text("code");
            if (code.Length is < 2 or > 12 || !code.All(char.IsAsciiLetterUpper))
                node.Wrong("code", $"is '{code}'", "Write 2 to 12 letters A to Z");
            var id = new CurrencyId((short)node.Whole("id", 1, CityPack.FirstVoucher - 1));
            if (currencies.Any(c => c.Id == id || c.Code == code))
                node.Wrong("id", "or 'code' stands in two currencies", "Give each currency its own");
            currencies.Add(new CityCurrency(
                id, code, (int)node.Whole("scale", 0, 9), node.Names("names", languages), LastDay(node))
            {
                MayBeGiven = node.Flag("mayBeGiven", otherwise: true),
                IsBacked = node.Flag("backed", otherwise: false),
                DecayPerMonth = Optional(node, "decayPerMonth", DecayMax),
                RefundGraceDays = Optional(node, "refundGraceDays", GraceDaysMax),
                Spending = Spending(node),
                Limits = Limits(node),
            });
        }

        return currencies;
    }

    static int Optional(PackNode node, string field, int most) =>
        node.Has(field) ? (int)node.Whole(field, 0, most) : 0;

    LastDayRule LastDay(PackNode currency)
    {
        var rule = currency.One("lastDay").Only("rule", "months", "day");
        switch (rule.Text("rule"))
        {
            case "months":
                return new LastDayRule.Months((int)rule.Whole("months", 1, 120));
            case "fixed-day":
                if (DateOnly.TryParseExact(rule.Text("day"), "yyyy-MM-dd", out var day))
                    return new LastDayRule.FixedDay(day);
                rule.Wrong("day", "is not a date", "Write it as 2027-03-31");
                return new LastDayRule.Never();
            case "never":
                return new LastDayRule.Never();
            case "fiscal-year-end":
                if (DateOnly.TryParseExact("2001-" + city.Text("fiscalYearStart"), "yyyy-MM-dd", out var start))
                    return new LastDayRule.FiscalYearEnd(start.Month, start.Day);
                city.Wrong("fiscalYearStart", "is not a month and day", "Write it as 01-01");
                return new LastDayRule.Never();
            default:
                rule.Wrong("rule", "is not known", "Write months, fixed-day, fiscal-year-end or never");
                return new LastDayRule.Never();
        }
    }

    SpendRule Spending(PackNode currency)
    {
        if (!currency.Has("spending"))
            return SpendRule.Everywhere;
        var node = currency.One("spending").Only("categories", "notCategories", "districts", "shops", "notGoods");
        var categories = shops.Select(s => s.Category).ToHashSet();
        var rule = new SpendRule(
            Named(node, "categories", categories, "a category of shops.csv"),
            Named(node, "notCategories", categories, "a category of shops.csv") ?? new HashSet<string>(),
            Named(node, "districts", districts.Select(d => d.Code).ToHashSet(), "a code of districts.csv"),
            Named(node, "shops", shops.Select(s => s.Code).ToHashSet(), "a code of shops.csv"),
            NotGoods(node));
        if (shops.Count > 0 && !shops.Any(s => rule.Accepts(s.Code, s.Category, s.District.Code)))
            currency.Wrong("spending", "leaves no shop that takes it", "Widen it, or leave it out for every shop");
        return rule;
    }

    List<Goods> NotGoods(PackNode spending)
    {
        var goods = new List<Goods>();
        foreach (var node in spending.Has("notGoods") ? spending.Many("notGoods") : [])
        {
            var code = node.Only("code", "names").Text("code");
            if (code.Length > 40 || !code.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
                node.Wrong("code", $"is '{code}'", "Write at most 40 of a to z, 0 to 9 and '-'");
            if (goods.Any(g => g.Code == code))
                node.Wrong("code", $"'{code}' stands twice", "Leave one of the two out");
            goods.Add(new Goods(code, node.Names("names", languages)));
        }

        return goods;
    }

    /// <summary>Names that must be known; null when the field is left out.</summary>
    static HashSet<string>? Named(PackNode node, string field, HashSet<string> known, string what)
    {
        if (!node.Has(field))
            return null;
        var names = node.Texts(field).ToHashSet();
        foreach (var name in names.Where(name => !known.Contains(name)).Order(StringComparer.Ordinal))
            node.Wrong(field, $"has '{name}', which is not known", $"Write {what}");
        return names;
    }

    List<CityLimit> Limits(PackNode currency)
    {
        var limits = new List<CityLimit>();
        foreach (var node in currency.Has("limits") ? currency.Many("limits") : [])
        {
            node.Only("number", "what", "per", "period", "max", "upToLevel");
            var number = (short)node.Whole("number", 1, short.MaxValue);
            if (!_limits.Add(number))
                node.Wrong("number", $"{number} stands in two limits", "Give each limit of the city its own");
            if (!Countable.TryGetValue((node.Text("what"), node.Text("per")), out var counted))
                node.Wrong("per", "and 'what' are not known together",
                    $"Write one of {string.Join(", ", Countable.Keys.Select(k => $"{k.What} per {k.Per}"))}");
            if (!Periods.TryGetValue(node.Text("period"), out var period))
                node.Wrong("period", "is not known", $"Write {string.Join(", ", Periods.Keys)}");
            limits.Add(new CityLimit(
                number, counted.Code, counted.Per, period, node.Whole("max", 1, Transfer.MaxAmount))
            {
                UpToLevel = UpToLevel(node),
            });
        }

        return limits;
    }

    /// <summary>
    /// Somebody whose identity was checked cannot be known better: a limit up to there is for everybody.
    /// </summary>
    static int? UpToLevel(PackNode limit)
    {
        if (!limit.Has("upToLevel"))
            return null;
        if (limit.Text("per") == "shop")
            limit.Wrong("upToLevel", "stands beside a shop's limit", "Leave it out: shops have no level");
        return (int)limit.Whole("upToLevel", 0, 1);
    }
}
