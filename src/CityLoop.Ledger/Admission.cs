namespace CityLoop.Ledger;

/// <summary>
/// The writer's door: lets in what can be answered within a fraction of a second at the rate that is measured, and
/// turns the rest away at once. Long lists have a share of their own: neither can keep the other out.
/// </summary>
sealed class Admission(int waitingMax, TimeProvider timer)
{
    /// <summary>How long a command that is let in may wait for those before it.</summary>
    static readonly TimeSpan WaitMax = TimeSpan.FromMilliseconds(500);

    /// <summary>No answer for this long while calls wait: the journal hangs, and newcomers would hang too.</summary>
    static readonly TimeSpan StallMax = TimeSpan.FromSeconds(1);

    /// <summary>The rate is that of about so much time: one slow commit is not yet a slow disk.</summary>
    static readonly TimeSpan MeasuredOver = TimeSpan.FromMilliseconds(500);

    /// <summary>What a modest machine does (docs/decisions/0002), until this one is measured.</summary>
    const double FirstPerSecond = 40_000;

    /// <summary>Less would be committed together with the batch that is waiting anyway.</summary>
    const int LeastWaiting = 2_048;

    /// <summary>A smaller batch measures the commit, not the rate.</summary>
    const int MeasuredFrom = 256;

    readonly Lock _lock = new();
    readonly SemaphoreSlim _turnOfLists = new(1);
    TaskCompletionSource _left = NewSignal();
    double _perSecond = FirstPerSecond;
    long _answeredAt;
    int _single, _listed;
    bool _isClosed;

    int Limit => Math.Min(
        waitingMax, Math.Max(LeastWaiting, (int)Math.Min(int.MaxValue, WaitMax.TotalSeconds * _perSecond)));

    /// <summary>Lets a call in, or does not. Behind a closed door everybody is told so by the queue.</summary>
    public bool TryEnter(int commands)
    {
        lock (_lock)
        {
            if (!_isClosed && _single > 0 && (IsStalled || _single + commands > Limit))
                return false;
            Enter();
            _single += commands;
            return true;
        }
    }

    /// <summary>Waits until there is room for a long list; lists come in in the order in which they asked.</summary>
    public async Task EnterAsync(int commands, CancellationToken cancellation)
    {
        await _turnOfLists.WaitAsync(cancellation);
        try
        {
            while (true)
            {
                Task left;
                lock (_lock)
                {
                    if (_isClosed || _listed == 0 || _listed + commands <= Limit / 4)
                    {
                        Enter();
                        _listed += commands;
                        return;
                    }

                    left = _left.Task;
                }

                await left.WaitAsync(cancellation);
            }
        }
        finally
        {
            _turnOfLists.Release();
        }
    }

    /// <summary>Calls were answered.</summary>
    /// <param name="took">Since the batch before, or since this one began, whichever is later.</param>
    public void Leave(int single, int listed, TimeSpan took)
    {
        TaskCompletionSource left;
        lock (_lock)
        {
            _single -= single;
            _listed -= listed;
            _answeredAt = timer.GetTimestamp();
            if (single + listed >= MeasuredFrom && took > TimeSpan.Zero)
                _perSecond +=
                    (1 - Math.Exp(-took / MeasuredOver)) * ((single + listed) / took.TotalSeconds - _perSecond);
            (left, _left) = (_left, NewSignal());
        }

        left.TrySetResult();
    }

    /// <summary>Nobody waits at a door behind which nobody works.</summary>
    public void Close()
    {
        lock (_lock)
            _isClosed = true;
        _left.TrySetResult();
    }

    bool IsStalled => timer.GetElapsedTime(_answeredAt) > StallMax;

    void Enter()
    {
        if (_single == 0 && _listed == 0)
            _answeredAt = timer.GetTimestamp();
    }

    static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
