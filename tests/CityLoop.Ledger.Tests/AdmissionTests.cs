namespace CityLoop.Ledger.Tests;

/// <summary>The writer's door: as many come in as are answered in half a second, the rest hear it at once.</summary>
public sealed class AdmissionTests
{
    readonly HeldTime _time = new();

    [Fact]
    public void A_slow_disk_closes_the_door_earlier_and_a_fast_one_opens_it_again()
    {
        var door = new Admission(65_536, _time);

        Measure(door, 1_000);
        Room(door).ShouldBe(2_048);
        Measure(door, 20_000);
        Room(door).ShouldBeInRange(9_000, 10_000);
        Measure(door, 100_000);
        Room(door).ShouldBeInRange(45_000, 50_000);
        Measure(door, 1_000_000);
        Room(door).ShouldBe(65_536);
        Measure(door, 1_000);
        Room(door).ShouldBe(2_048);
    }

    [Fact]
    public void While_the_journal_hangs_newcomers_are_turned_away_and_come_in_again_when_it_goes_on()
    {
        var door = new Admission(65_536, _time);
        door.TryEnter(1).ShouldBeTrue();
        _time.Pass(TimeSpan.FromSeconds(0.9));
        door.TryEnter(1).ShouldBeTrue();
        _time.Pass(TimeSpan.FromSeconds(0.2));
        door.TryEnter(1).ShouldBeFalse();

        door.Leave(1, 0, TimeSpan.FromSeconds(1.1));

        door.TryEnter(1).ShouldBeTrue();
        door.Leave(2, 0, TimeSpan.FromSeconds(0.1));
        // After an hour in which nobody came the journal does not hang.
        _time.Pass(TimeSpan.FromHours(1));
        door.TryEnter(1).ShouldBeTrue();
        door.TryEnter(1).ShouldBeTrue();
    }

    [Fact]
    public async Task Long_lists_wait_for_their_share_and_keep_nobody_else_out()
    {
        var door = new Admission(65_536, _time);
        Measure(door, 20_000);
        await door.EnterAsync(2_000, CancellationToken.None);

        var second = door.EnterAsync(2_000, CancellationToken.None);

        second.IsCompleted.ShouldBeFalse();
        door.TryEnter(8_000).ShouldBeTrue();
        door.Leave(0, 2_000, TimeSpan.FromSeconds(0.1));
        await second;
    }

    /// <summary>Ten seconds of answers at a rate.</summary>
    void Measure(Admission door, int perSecond)
    {
        for (var batch = 0; batch < 10; batch++)
        {
            door.TryEnter(perSecond).ShouldBeTrue();
            _time.Pass(TimeSpan.FromSeconds(0.5));
            door.Leave(perSecond, 0, TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>How many callers come in, one by one, before one does not.</summary>
    static int Room(Admission door)
    {
        var inside = 0;
        while (door.TryEnter(1))
            inside++;
        door.Leave(inside, 0, TimeSpan.Zero);
        return inside;
    }
}
