namespace CityLoop.Ledger;

/// <summary>Somebody waits: first it is decided in memory, then, when its batch is durable, answered.</summary>
abstract class Call
{
    /// <summary>How many commands it brings; a question counts as one.</summary>
    public virtual int Size => 1;

    public abstract void Decide(LedgerState books, DateTimeOffset at, ICollection<JournalEntry> entries);

    public abstract void Complete();

    public abstract void Fail(Exception reason);
}

/// <summary>
/// A call with an answer of one type; the waiting caller goes on elsewhere, never on the writer's road.
/// </summary>
abstract class Call<T> : Call
{
    readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Answer => _answer.Task;

    protected T? Result { get; set; }

    public override void Complete() => _answer.TrySetResult(Result!);

    public override void Fail(Exception reason) => _answer.TrySetException(reason);
}

/// <summary>Commands that stand or fall together.</summary>
sealed class PostCall(LedgerCommand[] linked) : Call<PostResult>
{
    public override int Size => linked.Length;

    public override void Decide(LedgerState books, DateTimeOffset at, ICollection<JournalEntry> entries) =>
        Result = books.Post(linked, at, entries);
}

/// <summary>Commands that do not depend on each other, in order.</summary>
sealed class PostManyCall(LedgerCommand[] commands) : Call<PostResult[]>
{
    public override int Size => commands.Length;

    public override void Decide(LedgerState books, DateTimeOffset at, ICollection<JournalEntry> entries)
    {
        Result = new PostResult[commands.Length];
        for (var i = 0; i < commands.Length; i++)
            Result[i] = books.Post(commands.AsSpan(i, 1), at, entries);
    }
}

/// <summary>A question about the books.</summary>
sealed class ReadCall<T>(Func<LedgerState, T> read) : Call<T>
{
    Exception? _failure;

    public override void Decide(LedgerState books, DateTimeOffset at, ICollection<JournalEntry> entries)
    {
        try
        {
            Result = read(books);
        }
        catch (Exception e)
        {
            // The asker's defect must not stop the writer.
            _failure = e;
        }
    }

    public override void Complete()
    {
        if (_failure is null)
            base.Complete();
        else
            base.Fail(_failure);
    }
}
