namespace CityLoop.Ledger.Tests;

/// <summary>
/// A batch whose answer was lost: the writer looks whether it stands, and believes no other's for its own.
/// </summary>
public sealed class LostAnswerTests
{
    static readonly DefineCurrency Ours = new(DerivedId.From("ours"), new CurrencyId(1), "OURS", 0);
    static readonly DefineCurrency Theirs = new(DerivedId.From("theirs"), new CurrencyId(1), "THEIRS", 0);

    [Fact]
    public async Task What_stands_is_answered_as_posted_and_not_written_again()
    {
        var journal = new ForgetfulJournal { Writes = entry => entry };

        (await PostAsync(journal)).ShouldBe(new PostResult(PostOutcome.Posted, 1));

        journal.Entries.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_does_not_stand_is_written_once_more()
    {
        var journal = new ForgetfulJournal { Writes = _ => null };

        (await PostAsync(journal)).ShouldBe(new PostResult(PostOutcome.Posted, 1));

        journal.Entries.ShouldHaveSingleItem().Body.ShouldBe(Ours);
    }

    [Fact]
    public async Task As_many_entries_of_another_writer_are_not_taken_for_ones_own()
    {
        var journal = new ForgetfulJournal { Writes = entry => entry with { Body = Theirs } };

        await Should.ThrowAsync<JournalHasAnotherWriterException>(PostAsync(journal));
    }

    [Fact]
    public async Task The_same_command_at_another_time_is_another_writers()
    {
        var journal = new ForgetfulJournal { Writes = entry => entry with { At = entry.At.AddSeconds(1) } };

        await Should.ThrowAsync<JournalHasAnotherWriterException>(PostAsync(journal));
    }

    static async Task<PostResult> PostAsync(ForgetfulJournal journal)
    {
        var writer = new LedgerWriter(journal, new LedgerState(), TimeProvider.System, new LedgerWriterOptions());
        var posted = writer.PostAsync([Ours]);
        var running = writer.RunAsync(CancellationToken.None);
        await Task.WhenAny(posted, running);
        writer.Finish();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await posted;
    }

    /// <summary>Loses the answer to the first append; what stands afterwards is said by the test.</summary>
    sealed class ForgetfulJournal : IJournal
    {
        bool _hasFailed;

        public required Func<JournalEntry, JournalEntry?> Writes { get; init; }

        public List<JournalEntry> Entries { get; } = [];

        public Task AppendAsync(IReadOnlyList<JournalEntry> batch, CancellationToken cancellation)
        {
            if (_hasFailed)
            {
                Entries.AddRange(batch);
                return Task.CompletedTask;
            }

            _hasFailed = true;
            Entries.AddRange(batch.Select(Writes).OfType<JournalEntry>());
            throw new IOException("The answer was lost.");
        }

        public Task<long> ReopenAsync(CancellationToken cancellation) => Task.FromResult((long)Entries.Count);

        public Task ConfirmSeatAsync(CancellationToken cancellation) => Task.CompletedTask;

        public Task<IReadOnlyList<JournalEntry>> ReadAsync(long after, int count, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<JournalEntry>>([.. Entries.Skip((int)after).Take(count)]);

        public Task<LedgerState> LoadSnapshotAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public Task SaveSnapshotAsync(LedgerState books, CancellationToken cancellation) => Task.CompletedTask;
    }
}
