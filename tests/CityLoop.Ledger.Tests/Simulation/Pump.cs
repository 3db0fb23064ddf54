namespace CityLoop.Ledger.Tests.Simulation;

/// <summary>
/// One thread, one seed: runs every continuation of the simulated world in an order that the seed chooses, and moves
/// time forward only when nothing else can happen.
/// </summary>
sealed class Pump(Random random) : SynchronizationContext
{
    readonly List<(SynchronizationContext Road, SendOrPostCallback Callback, object? State)> _ready = [];

    public SimulatedTime Time { get; } = new();

    public override void Post(SendOrPostCallback d, object? state) => _ready.Add((this, d, state));

    /// <summary>Runs what a process does next on the process's own road.</summary>
    public void Add(ProcessRoad road, SendOrPostCallback callback, object? state) =>
        _ready.Add((road, callback, state));

    /// <summary>Takes away what a process would do next.</summary>
    public IReadOnlyList<(SendOrPostCallback Callback, object? State)> Take(ProcessRoad road)
    {
        var taken = _ready.Where(r => r.Road == road).Select(r => (r.Callback, r.State)).ToList();
        _ready.RemoveAll(r => r.Road == road);
        return taken;
    }

    /// <summary>Lets a process do something.</summary>
    public void On(ProcessRoad road, Action action) => road.Post(_ => action(), null);

    /// <summary>Runs until a condition holds.</summary>
    public void RunUntil(Func<bool> isDone, string what)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            for (var steps = 0; !isDone(); steps++)
            {
                if (steps > 2_000_000)
                    throw new InvalidOperationException($"The simulated world never came to: {what}.");
                if (_ready.Count > 0)
                    RunOne();
                else if (!Time.MoveToNextTimer())
                    throw new InvalidOperationException($"Nothing more can happen, but the world waits for: {what}.");
            }
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    void RunOne()
    {
        var chosen = random.Next(_ready.Count);
        var (road, callback, state) = _ready[chosen];
        _ready.RemoveAt(chosen);
        SetSynchronizationContext(road);
        callback(state);
        SetSynchronizationContext(this);
    }
}

/// <summary>Everything that one process does; a frozen process does nothing, and time goes on without it.</summary>
sealed class ProcessRoad(Pump pump) : SynchronizationContext
{
    readonly List<(SendOrPostCallback Callback, object? State)> _waiting = [];
    bool _isFrozen;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (_isFrozen)
            _waiting.Add((d, state));
        else
            pump.Add(this, d, state);
    }

    public void Freeze()
    {
        _isFrozen = true;
        _waiting.AddRange(pump.Take(this));
    }

    public void Thaw()
    {
        _isFrozen = false;
        foreach (var (callback, state) in _waiting)
            pump.Add(this, callback, state);
        _waiting.Clear();
    }
}

/// <summary>Time that stands still until it is moved.</summary>
sealed class SimulatedTime : TimeProvider
{
    readonly PriorityQueue<Timer, (long At, int Order)> _timers = new();
    long _now = new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero).Ticks;
    int _order;

    /// <summary>The clock on the wall may be stepped; timers run on.</summary>
    public TimeSpan WallStep { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(_now, TimeSpan.Zero) + WallStep;

    public override long GetTimestamp() => _now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(callback, state);
        if (dueTime != Timeout.InfiniteTimeSpan)
            _timers.Enqueue(timer, (_now + dueTime.Ticks, _order++));
        return timer;
    }

    public bool MoveToNextTimer()
    {
        if (!_timers.TryDequeue(out var timer, out var due))
            return false;
        _now = Math.Max(_now, due.At);
        timer.Fire();
        return true;
    }

    sealed class Timer(TimerCallback callback, object? state) : ITimer
    {
        bool _isOver;

        public void Fire()
        {
            if (!_isOver)
                callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => _isOver = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
