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
    readonly DateTimeOffset _at = new(2026, 11, 21, 4, 0, 0, TimeSpan.Zero);

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
            "currency" => new DefineCurrency(
                Id(line), new CurrencyId((short)Number(words[1])), words[2], (int)Number(words[3])),
            "open" => new OpenAccount(Id(words[2]), new CurrencyId((short)(words.Length > 3 ? Number(words[3]) : 1)),
                Enum.Parse<AccountKind>(words[1])),
            "day" => BeginDay.Of(DateOnly.Parse(words[1], CultureInfo.InvariantCulture)),
            _ => TransferOf(words),
        };
    }

    Transfer TransferOf(string[] words)
    {
        var options = words[5..].Select(w => w.Split('=')).ToDictionary(w => w[0], w => w[1]);
        var id = words[1] == "-" ? Guid.Empty : Id(words[1]);
        return new Transfer(id, Account(words[2]), Account(words[3]), Number(words[4]),
            Enum.Parse<TransferCode>(words[0]))
        {
            LastDay = options.TryGetValue("last", out var day)
                ? DateOnly.Parse(day, CultureInfo.InvariantCulture) : null,
            Reverses = options.TryGetValue("reverses", out var reversed) ? Id(reversed) : null,
            Claim = options.TryGetValue("claim", out var claim) ? Id(claim) : null,
        };
    }

    AccountId Account(string name) => _accounts.GetValueOrDefault(name, new AccountId(99_999));

    string LotsOf(string account) => string.Join(' ', Books.Lots(_accounts[account]).Select(lot =>
        $"{lot.LastDay?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "-"}:"
        + $"{_accounts.Single(a => a.Value == lot.Budget).Key}:{lot.Amount}"));

    static Guid Id(string name) => DerivedId.From(name);

    static long Number(string word) =>
        long.Parse(word.Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
}
