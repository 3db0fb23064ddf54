using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Tests.Hosting;
using Dapper;

namespace CityLoop.Server.Tests.Ledger;

/// <summary>A server that follows sends so many posts to the writer at once, and no more.</summary>
public sealed class FollowerTests : IAsyncLifetime
{
    const int OnTheirWayMax = 400;

    static readonly CancellationToken None = CancellationToken.None;
    readonly TestCity _city = new();
    readonly TaskCompletionSource _mayAnswer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _arrived;

    public ValueTask InitializeAsync() => _city.InitializeAsync();

    public ValueTask DisposeAsync() => _city.DisposeAsync();

    [Fact]
    public async Task While_the_writer_is_slow_one_more_is_told_that_it_is_busy_and_all_others_are_answered()
    {
        await _city.Get<CityLedger>().StopAsync(None);
        var address = Path.Combine(Path.GetTempPath(), $"cl-{Guid.NewGuid():N}.sock");
        await using var writer = new WriterSocket(address, AnswerAsync);
        await TakeSeatAsync(address);
        var follower = new FollowingRole(_city.Database, null!, new LedgerState());

        var sent = Enumerable.Range(0, OnTheirWayMax).Select(_ => follower.PostAsync(Post(isLinked: true), None))
            .ToList();
        await Eventually.BecomesTrueAsync(
            () => Task.FromResult(Volatile.Read(ref _arrived) == OnTheirWayMax), TimeSpan.FromSeconds(30),
            "all of them have reached the writer");
        await Should.ThrowAsync<LedgerIsBusyException>(() => follower.PostAsync(Post(isLinked: true), None));
        // A piece of a long list has waited for its place before it came here.
        var list = follower.PostAsync(Post(isLinked: false), None);
        _mayAnswer.SetResult();

        foreach (var answers in await Task.WhenAll([.. sent, list]))
            answers.Single().Outcome.ShouldBe(PostOutcome.Posted);
        (await follower.PostAsync(Post(isLinked: true), None)).Single().Outcome.ShouldBe(PostOutcome.Posted);
        _arrived.ShouldBe(OnTheirWayMax + 2);
    }

    async Task<PostResult[]> AnswerAsync(ForwardedPost post, CancellationToken stop)
    {
        var number = Interlocked.Increment(ref _arrived);
        await _mayAnswer.Task.WaitAsync(stop);
        return [new PostResult(PostOutcome.Posted, number)];
    }

    static ForwardedPost Post(bool isLinked) =>
        new(isLinked, [new OpenAccount(Guid.NewGuid(), new CurrencyId(1), AccountKind.Person)]);

    async Task TakeSeatAsync(string address)
    {
        await using var connection = await _city.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "update ledger.writer set address = @address, is_free = false, term = term + 1", new { address });
    }
}
