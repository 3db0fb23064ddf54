using System.Globalization;

namespace CityLoop.Ledger.Tests;

/// <summary>
/// Runs a table of ledger events: one line is one event and its outcome. A line that begins with '&amp;' is linked to
/// the line before it; the outcome of a linked set stands behind its last line.
/// </summary>
sealed class LedgerScript
{
    readonly Dictionary<string, AccountId> _accounts = [];
    readonly List<JournalEntry> _journal = [];
    DateTimeOffset _at = new(2026, 11, 21, 4, 0, 0, TimeSpan.Zero);

    public LedgerState Books { get; } = new();

    public IReadOnlyList<JournalEntry> Journal => _journal;

    public AccountId this[string name] => _accounts[name];

    public static LedgerScript Run(string table)
    {
        var script = new LedgerScript();
        var lines = table.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < lines.Length; i++)
        {
            var set = new List<string> { lines[i] };
            while (i + 1 < lines.Length && lines[i + 1].StartsWith('&'))
                set.Add(lines[++i][1..].Trim());
            script.RunLine(set);
        }

        return script;
    }

    void RunLine(List<string> set)
    {
        var line = string.Join(" & ", set);
        var parts = set[^1].Split("=>", StringSplitOptions.TrimEntries);
        var words = parts[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words[0])
        {
            case "wait":
                _at = _at.AddMinutes(Number(words[1]));
                return;
            case "held":
                Books.Account(_accounts[words[1]]).Held.ShouldBe(Number(words[2]), line);
                return;
            case "outstanding":
                Books.Currencies.Single(c => c.Code == words[1]).Outstanding.ShouldBe(Number(words[2]), line);
                return;
            case "balance":
                Books.Account(_accounts[words[1]]).Balance.ShouldBe(Number(words[2]), line);
                return;
            case "spendable":
                Books.Account(_accounts[words[1]]).Spendable.ShouldBe(Number(words[2]), line);
                return;
            case "lots":
                LotsOf(words[1]).ShouldBe(string.Join(' ', words[2..]), line);
                return;
        }

        var before = Books.ToBytes();
        var commands = set.Select(l => Command(l.Split("=>")[0].Trim())).ToArray();
        var result = Books.Post(commands, _at, _journal);
        var expected = (parts.Length > 1 ? parts[1] : "Posted").Split('@');
        result.Outcome.ToString().ShouldBe(expected[0].Trim(), line);
        if (expected.Length > 1)
            result.Index.ShouldBe((int)Number(expected[1]), line);
        if (result.Outcome != PostOutcome.Posted)
            Books.ToBytes().ShouldBe(before, $"{line}: a refusal leaves every byte as it was");
        if (words[0] == "open" && result.Outcome == PostOutcome.Posted)
            _accounts[words[2]] = Books.AccountOpenedAt(result.Sequence)!.Value;
    }

    LedgerCommand Command(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words[0] switch
        {
            "currency" => CurrencyOf(line, words),
            "open" => new OpenAccount(Id(words[2]), new CurrencyId((short)(words.Length > 3 ? Number(words[3]) : 1)),
                Enum.Parse<AccountKind>(words[1])),
            "day" => BeginDay.Of(Date(words[1])),
            "hold" => HoldOf(words),
            "release" => new ReleaseHold(Id(words[1]), Id(words[2]), Account(words[3])),
            "change" => ChangeOf(line, words),
            "limit" => LimitOf(line, words),
            "level" => new SetLevel(
                DerivedId.From(line, $"{_journal.Count}"), Account(words[1]), (int)Number(words[2])),
            _ => TransferOf(words),
        };
    }

    static Dictionary<string, string> Options(IEnumerable<string> words) =>
        words.Select(w => w.Split('=')).ToDictionary(w => w[0], w => w.Length > 1 ? w[1] : "");

    static DefineCurrency CurrencyOf(string line, string[] words)
    {
        var options = Options(words[4..]);
        return new DefineCurrency(
            Id(line), new CurrencyId((short)Number(words[1])), words[2], (int)Number(words[3]))
        {
            MayBeGiven = !options.ContainsKey("notGiven"),
            IsBacked = options.ContainsKey("backed"),
            DecayPerMonth = options.TryGetValue("decay", out var decay) ? (int)Number(decay) : 0,
        };
    }

    /// <summary>hold ID DEBIT CREDIT AMOUNT CODE MINUTES [claim=C] [ref=R]</summary>
    PlaceHold HoldOf(string[] words)
    {
        var options = Options(words[7..]);
        return new PlaceHold(Id(words[1]), Account(words[2]), Account(words[3]), Number(words[4]),
            Enum.Parse<TransferCode>(words[5]), _at.AddMinutes(Number(words[6])))
        {
            Claim = Named(options, "claim"), Reference = Named(options, "ref"),
        };
    }

    /// <summary>change ACCOUNT STATUS [min=N] [max=N]</summary>
    ChangeAccount ChangeOf(string line, string[] words)
    {
        var options = Options(words[3..]);
        return new ChangeAccount(DerivedId.From(line, $"{_journal.Count}"), Account(words[1]),
            Enum.Parse<AccountStatus>(words[2]), Amount(options, "min"), Amount(options, "max"));
    }

    /// <summary>limit NUMBER CODE PER PERIOD [max=N] [ref=R] [level=N]</summary>
    Limit LimitFrom(string[] words)
    {
        var options = Options(words[5..]);
        return new Limit((short)Number(words[1]), new CurrencyId(1), Enum.Parse<TransferCode>(words[2]),
            Enum.Parse<LimitPer>(words[3]), Enum.Parse<LimitPeriod>(words[4]), Amount(options, "max"))
        {
            Reference = Named(options, "ref"),
            UpToLevel = (int?)Amount(options, "level"),
        };
    }

    SetLimit LimitOf(string line, string[] words) =>
        new(DerivedId.From(line, $"{_journal.Count}"), LimitFrom(words));

    Transfer TransferOf(string[] words)
    {
        var options = Options(words[5..]);
        var id = words[1] == "-" ? Guid.Empty : Id(words[1]);
        var amount = words[4].TrimStart('≤');
        return new Transfer(id, Account(words[2]), Account(words[3]), Number(amount),
            Enum.Parse<TransferCode>(words[0]))
        {
            AtMost = words[4] == amount ? null : Number(amount),
            LastDay = options.TryGetValue("last", out var day) ? Date(day) : null,
            Reverses = Named(options, "reverses"),
            EarnedBy = Named(options, "earnedBy"),
            Hold = Named(options, "hold"),
            Claim = Named(options, "claim"),
            Reference = Named(options, "ref"),
            EffectiveAt = Amount(options, "minutesAgo") is { } minutes ? _at.AddMinutes(-minutes) : null,
        };
    }

    static Guid? Named(Dictionary<string, string> options, string key) =>
        options.TryGetValue(key, out var name) ? Id(name) : null;

    static long? Amount(Dictionary<string, string> options, string key) =>
        options.TryGetValue(key, out var amount) ? Number(amount) : null;

    static DateOnly Date(string word) => DateOnly.Parse(word, CultureInfo.InvariantCulture);

    AccountId Account(string name) => _accounts.GetValueOrDefault(name, new AccountId(99_999));

    string LotsOf(string account) => string.Join(' ', Books.Lots(_accounts[account]).Select(lot =>
        $"{lot.LastDay?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "-"}:"
        + $"{_accounts.Single(a => a.Value == lot.Budget).Key}:{lot.Amount}"));

    static Guid Id(string name) => DerivedId.From(name);

    static long Number(string word) =>
        long.Parse(word.Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
}
