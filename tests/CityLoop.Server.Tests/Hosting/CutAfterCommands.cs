using System.Diagnostics;

namespace CityLoop.Server.Tests.Hosting;

/// <summary>Cancels what this test asks of the database as soon as its n-th command is done.</summary>
sealed class CutAfterCommands : IDisposable
{
    static readonly AsyncLocal<CutAfterCommands?> Current = new();

    readonly CancellationTokenSource _cut = new();
    readonly ActivityListener _listener;
    int _left;

    public CutAfterCommands(int commands)
    {
        (_left, Current.Value) = (commands, this);
        _listener = new()
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = _ => CountDown(),
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public CancellationToken Token => _cut.Token;

    public void Dispose()
    {
        Current.Value = null;
        _listener.Dispose();
        _cut.Dispose();
    }

    void CountDown()
    {
        if (Current.Value == this && Interlocked.Decrement(ref _left) == 0)
            _cut.Cancel();
    }
}
