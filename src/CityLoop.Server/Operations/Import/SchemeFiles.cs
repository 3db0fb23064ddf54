namespace CityLoop.Server.Operations.Import;

/// <summary>Reads rounds.csv, earned.csv and gifts.csv of a community-points scheme.</summary>
static class SchemeFiles
{
    /// <summary>Decimals that the scheme keeps.</summary>
    public const int Scale = 5;

    const int NameMaxChars = 64;
    static readonly string[] RoundColumns = ["round", "from", "to"];
    static readonly string[] EarnedColumns = ["round", "member", "kind", "points"];
    static readonly string[] GiftColumns = ["round", "at", "id", "from", "to", "to_registered", "amount"];

    /// <summary>
    /// Everything in the folder; bad rows are among the result, files that are none are an exception.
    /// </summary>
    /// <exception cref="SchemeFilesException">A file is missing, cannot be read, or has another header.</exception>
    public static SchemeRows Read(string folder)
    {
        if (!Directory.Exists(folder))
            throw new SchemeFilesException($"There is no folder {folder}. Name the folder that holds rounds.csv, "
                + "earned.csv and gifts.csv.", isMisuse: true);
        var rows = new SchemeRows { Rounds = ReadRounds(folder) };
        foreach (var row in RowsOf(folder, "earned.csv", EarnedColumns))
            ReadEarned(row, rows);
        foreach (var row in RowsOf(folder, "gifts.csv", GiftColumns))
            ReadGift(row, rows);
        return rows;
    }

    /// <summary>
    /// A fault here is not a bad row but a wrong calendar: every round after it would be paid on a wrong day.
    /// </summary>
    static SchemeRounds ReadRounds(string folder)
    {
        var rounds = new SchemeRounds();
        foreach (var row in RowsOf(folder, "rounds.csv", RoundColumns))
        {
            var field = new FieldReader("rounds.csv", row, RoundColumns);
            var number = field.Round(0);
            var (from, to) = (field.Time(1), field.Time(2));
            if (field.Refusal is { } refusal)
                throw new SchemeFilesException(
                    $"{refusal.Place}: {refusal.Reason.Code()}. {refusal.Reason.Sentence()} Nothing was imported.",
                    isMisuse: false);
            if (to <= from || !rounds.TryAdd(number, new SchemeRounds.Round(from, to)))
                throw new SchemeFilesException($"rounds.csv:{row.Line}: round {number} ends before it begins, or an "
                    + "earlier line gives it other times. Mend the calendar; nothing was imported.", false);
        }

        return rounds;
    }

    static void ReadEarned(CsvRow row, SchemeRows rows)
    {
        var field = new FieldReader("earned.csv", row, EarnedColumns);
        var round = field.Round(0, rows.Rounds);
        var member = field.Name(1, RowOutcome.MemberIsNotValid);
        var kind = field.Name(2, RowOutcome.KindIsNotValid);
        var units = field.Amount(3);
        if (field.Refusal is { } refusal)
            rows.Refused.Add(refusal);
        else
            rows.Earned.Add(new EarnedRow(row.Line, round, member, kind, units, field.Place(3)));
    }

    static void ReadGift(CsvRow row, SchemeRows rows)
    {
        var field = new FieldReader("gifts.csv", row, GiftColumns);
        var round = field.Round(0, rows.Rounds);
        var at = field.Time(1);
        var id = field.Name(2, RowOutcome.IdIsNotValid);
        var from = field.Name(3, RowOutcome.MemberIsNotValid);
        var to = field.Name(4, RowOutcome.MemberIsNotValid);
        var isRegistered = field.Flag(5);
        var units = field.Amount(6);
        if (from == to)
            field.Refuse(4, RowOutcome.AccountsAreTheSame);
        if (field.Refusal is { } refusal)
        {
            rows.Refused.Add(refusal);
            return;
        }

        if (rows.Rounds.Find(round) is { } span && (at < span.From || at > span.To))
            rows.GiftsOutsideTheirRound++;
        rows.Gifts.Add(new GiftRow(row.Line, round, at, id, from, to, isRegistered, units)
        {
            IdPlace = field.Place(2),
            AmountPlace = field.Place(6),
        });
    }

    static IEnumerable<CsvRow> RowsOf(string folder, string name, string[] columns)
    {
        using var file = Open(Path.Combine(folder, name));
        using var rows = CsvRows.Read(file).GetEnumerator();
        var header = rows.MoveNext() ? rows.Current : null;
        if (header is null || !header.Fields.Select(f => f.Text).SequenceEqual(columns))
            throw new SchemeFilesException($"{name}:1: the first line must be {string.Join(',', columns)}. "
                + "Is this the right file? Nothing was imported.", isMisuse: false);
        while (rows.MoveNext())
            yield return rows.Current;
    }

    static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SchemeFilesException($"{path} cannot be read: {e.Message}", isMisuse: true);
        }
    }

    /// <summary>Reads the fields of one row in turn and keeps the first refusal by precedence.</summary>
    sealed class FieldReader
    {
        readonly string _file;
        readonly CsvRow _row;
        readonly string[] _columns;

        public FieldReader(string file, CsvRow row, string[] columns)
        {
            (_file, _row, _columns) = (file, row, columns);
            if (row.Defect is { } defect)
                Refusal = new RefusedRow(new RowPlace(file, row.Line, defect.Column, ""), defect.Reason);
            else if (row.Fields.Count < columns.Length)
                Refusal = Missing(columns[row.Fields.Count]);
            else if (row.Fields.Count > columns.Length)
                Refusal = new RefusedRow(
                    new RowPlace(file, row.Line, row.Fields[columns.Length].Column, ""), RowOutcome.ColumnIsTooMany);
        }

        public RefusedRow? Refusal { get; private set; }

        public RowPlace Place(int index) => new(_file, _row.Line, _row.Fields[index].Column, _columns[index]);

        public void Refuse(int index, RowOutcome reason)
        {
            if (Refusal is null || reason < Refusal.Value.Reason)
                Refusal = new RefusedRow(Place(index), reason);
        }

        public int Round(int index, SchemeRounds? known = null)
        {
            if (!Has(index))
                return 0;
            if (!SchemeRounds.TryReadNumber(Text(index), out var number))
                Refuse(index, RowOutcome.RoundIsNotANumber);
            else if (known is not null && known.Find(number) is null)
                Refuse(index, RowOutcome.RoundIsUnknown);
            return number;
        }

        public DateTimeOffset Time(int index)
        {
            if (!Has(index))
                return default;
            if (!SchemeRounds.TryReadTime(Text(index), out var time))
                Refuse(index, RowOutcome.TimeIsNotValid);
            return time;
        }

        public string Name(int index, RowOutcome reason)
        {
            if (!Has(index))
                return "";
            var text = Text(index);
            if (text.Length is 0 or > NameMaxChars || text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
                Refuse(index, reason);
            return text;
        }

        public bool Flag(int index)
        {
            if (Has(index) && Text(index) is not ("0" or "1"))
                Refuse(index, RowOutcome.RegisteredIsNotZeroOrOne);
            return Has(index) && Text(index) == "1";
        }

        public long Amount(int index)
        {
            if (!Has(index))
                return 0;
            var outcome = PointAmount.Read(Text(index), Scale, out var units);
            if (outcome != RowOutcome.Posted)
                Refuse(index, outcome);
            return units;
        }

        string Text(int index) => _row.Fields[index].Text;

        /// <summary>A line that is no row is read no further: its reason comes before all others.</summary>
        bool Has(int index) => Refusal is not { Reason: < RowOutcome.RoundIsNotANumber } && index < _row.Fields.Count;

        RefusedRow Missing(string column)
        {
            var last = _row.Fields[^1];
            return new RefusedRow(
                new RowPlace(_file, _row.Line, last.Column + last.Text.Length, column), RowOutcome.ColumnIsMissing);
        }
    }
}
