namespace DurableQueue.Storage;

/// <summary>Something for a <see cref="Dispatcher"/> to run, once.</summary>
/// <remarks>
/// An await that finds its task pending, and completed a moment later, continues on the pool, whatever completed it. Work that must not need the
/// pool runs in a frame: what it begins to await in the frame arrives only after the frame has returned, when every await of it is registered.
/// </remarks>
internal abstract class DispatcherItem
{
    private const int Arrived = 1;
    private const int Unwound = 2;

    /// <summary>What was begun in the frame that this thread is in; <see langword="null"/> outside of one.</summary>
    [ThreadStatic]
    private static List<DispatcherItem>? frame;

    private int phases;

    /// <summary>Where it runs; set before it can arrive.</summary>
    public Dispatcher? Dispatcher { get; set; }

    /// <summary>It runs in a frame. Never set where code of the application continues: it may block on what it begins.</summary>
    public bool InFrame { get; set; }

    public void Start()
    {
        if (!InFrame)
        {
            OnStart();
            return;
        }

        var outer = frame;
        var begun = frame = [];
        try
        {
            OnStart();
        }
        finally
        {
            frame = outer;
            foreach (var item in begun)
            {
                item.Pass(Unwound, other: Arrived);
            }
        }
    }

    /// <summary>Called by the one who is about to await it: in a frame, it arrives after that, and continues in one.</summary>
    public void JoinFrame()
    {
        if (!InFrame && frame is { } begun)
        {
            InFrame = true;
            begun.Add(this);
        }
    }

    /// <summary>Called once, when it has a waiter and has happened.</summary>
    protected void Arrive()
    {
        if (InFrame)
        {
            Pass(Arrived, other: Unwound);
        }
        else
        {
            Dispatcher!.Post(this);
        }
    }

    /// <summary>Does the work. As on the pool, an exception ends the process.</summary>
    protected abstract void OnStart();

    private void Pass(int phase, int other)
    {
        if ((Interlocked.Or(ref phases, phase) & other) != 0)
        {
            Dispatcher!.Post(this);
        }
    }
}
