namespace CityLoop.Ledger.Tests;

/// <summary>A long journal is read in pieces, the next ones ahead, also while it grows.</summary>
public sealed class LedgerRecoveryTests
{
    /// <summary>How far the journal has come at each read; a piece has 8,000 entries.</summary>
    [Theory]
    [InlineData(8_000)]
    [InlineData(16_000)]
    [InlineData(25_000)]
    [InlineData(12_000, 12_000, 20_000)]
    [InlineData(16_000, 24_000)]
    [InlineData(16_001, 16_000, 24_000, 24_001, 40_000)]
    public async Task Books_are_the_same_however_far_the_journal_has_come_at_each_read(params int[] ends)
    {
        var (books, entries) = (new LedgerState(), new List<JournalEntry>());
        books.Post(
            [new DefineCurrency(DerivedId.From("c"), new CurrencyId(1), "TCP", 0)], DateTimeOffset.UnixEpoch, entries);
        for (var i = 1; i < ends[^1]; i++)
            books.Post(
                [new OpenAccount(DerivedId.From($"{i}"), new CurrencyId(1), AccountKind.Person)],
                DateTimeOffset.UnixEpoch, entries);

        var recovered = await LedgerRecovery.RecoverAsync(new GrowingJournal(entries, ends), CancellationToken.None);

        recovered.Sequence.ShouldBe(ends[^1]);
        recovered.ToBytes().ShouldBe(books.ToBytes());
    }

    sealed class GrowingJournal(List<JournalEntry> entries, int[] ends) : IJournal
    {
        int _reads;

        public Task<IReadOnlyList<JournalEntry>> ReadAsync(long after, int count, CancellationToken cancellation)
        {
            var end = ends[Math.Min(_reads++, ends.Length - 1)];
            return Task.FromResult<IReadOnlyList<JournalEntry>>(
                [.. entries.Take(end).Skip((int)after).Take(count)]);
        }

        public Task<LedgerState> LoadSnapshotAsync(CancellationToken cancellation) =>
            Task.FromResult(new LedgerState());

        public Task AppendAsync(IReadOnlyList<JournalEntry> batch, CancellationToken cancellation) =>
            throw new NotSupportedException();

        public Task<long> ReopenAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public Task ConfirmSeatAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public Task SaveSnapshotAsync(LedgerState books, CancellationToken cancellation) =>
            throw new NotSupportedException();
    }
}
