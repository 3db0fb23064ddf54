namespace CityLoop.Ledger.Tests;

/// <summary>How long a writer believes that the seat is its own.</summary>
public sealed class SeatLeaseTests
{
    readonly HeldTime _time = new();

    [Fact]
    public async Task The_time_that_a_confirmation_is_on_its_way_never_counts_in_favour_of_the_writer()
    {
        var journal = new SlowSeat(_time) { Takes = [TimeSpan.FromSeconds(2), TimeSpan.Zero] };
        var lease = new SeatLease(journal, _time, null);

        await lease.EnsureAsync(CancellationToken.None);
        journal.Asked.ShouldBe(1);
        _time.Pass(TimeSpan.FromSeconds(0.4));
        await lease.EnsureAsync(CancellationToken.None);
        journal.Asked.ShouldBe(1);
        // Two and a half seconds after it was asked, though half a second after the answer came.
        _time.Pass(TimeSpan.FromSeconds(0.1));
        await lease.EnsureAsync(CancellationToken.None);
        journal.Asked.ShouldBe(2);
    }

    [Fact]
    public async Task A_confirmation_that_comes_when_its_lease_is_over_is_asked_for_again()
    {
        var journal = new SlowSeat(_time) { Takes = [TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(1)] };

        await new SeatLease(journal, _time, null).EnsureAsync(CancellationToken.None);

        journal.Asked.ShouldBe(2);
    }

    [Fact]
    public void A_pause_of_the_watcher_itself_is_not_taken_for_the_writers_silence()
    {
        var watch = new SeatWatch(_time);
        watch.IsSilent(1, 1).ShouldBeFalse();
        _time.Pass(TimeSpan.FromSeconds(60));
        watch.IsSilent(1, 1).ShouldBeFalse();
        for (var look = 0; look < 9; look++)
        {
            _time.Pass(TimeSpan.FromSeconds(0.25));
            watch.IsSilent(1, 1).ShouldBeFalse();
        }

        _time.Pass(TimeSpan.FromSeconds(0.25));
        watch.IsSilent(1, 1).ShouldBeTrue();
        watch.IsSilent(1, 2).ShouldBeFalse();
        watch.IsSilent(2, 2).ShouldBeFalse();
    }

    /// <summary>A seat that is always held, and says so after a while.</summary>
    sealed class SlowSeat(HeldTime time) : IJournal
    {
        public required TimeSpan[] Takes { get; init; }

        public int Asked { get; private set; }

        public Task ConfirmSeatAsync(CancellationToken cancellation)
        {
            time.Pass(Takes[Asked++]);
            return Task.CompletedTask;
        }

        public Task AppendAsync(IReadOnlyList<JournalEntry> batch, CancellationToken cancellation) =>
            throw new NotSupportedException();

        public Task<long> ReopenAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public Task<IReadOnlyList<JournalEntry>> ReadAsync(long after, int count, CancellationToken cancellation) =>
            throw new NotSupportedException();

        public Task<LedgerState> LoadSnapshotAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public Task SaveSnapshotAsync(LedgerState books, CancellationToken cancellation) =>
            throw new NotSupportedException();
    }
}

/// <summary>A clock that stands still until it is told otherwise.</summary>
sealed class HeldTime : TimeProvider
{
    long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now;

    public void Pass(TimeSpan time) => _now += time.Ticks;
}
