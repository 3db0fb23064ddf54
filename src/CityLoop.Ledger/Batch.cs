namespace CityLoop.Ledger;

/// <summary>What is decided together and committed at once.</summary>
sealed class Batch(long after, long beganAt)
{
    public long After { get; } = after;

    public long BeganAt { get; } = beganAt;

    public int Single { get; private set; }

    public int Listed { get; private set; }

    public List<JournalEntry> Entries { get; } = [];

    public List<Call> Calls { get; } = [];

    public void Add(Call call)
    {
        Calls.Add(call);
        if (call is PostManyCall)
            Listed += call.Size;
        else
            Single += call.Size;
    }

    public void Fail(Exception reason)
    {
        foreach (var call in Calls)
            call.Fail(reason);
    }
}
