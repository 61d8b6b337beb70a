namespace DurableQueue;

/// <summary>How one worker of a host runs tasks. Checked when the host starts.</summary>
public sealed class WorkerOptions
{
    /// <summary>
    /// The worker's name, recorded with each attempt; 1 to 256 characters. Default <see langword="null"/>: machine, process id and a random part,
    /// new at every start.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>How many tasks it runs at once; it never checks out more. Default: the number of processors; 1 to 10,000.</summary>
    public int Concurrency { get; set; } = Environment.ProcessorCount;

    /// <summary>The groups it takes tasks from; <see langword="null"/> (default) means all, those made later too.</summary>
    public IReadOnlyList<string>? Groups { get; set; }

    /// <summary>
    /// How long its leases last without a heartbeat, and so how long the tasks of a crashed worker wait before another one gets them. Default
    /// 300 s; 100 ms to 24 h. <see cref="NewTask.LeaseDuration"/> comes first. Leases are renewed three times as often, and at least every 5 s.
    /// </summary>
    public TimeSpan LeaseDuration { get; set; } = CheckoutRequest.DefaultLeaseDuration;

    /// <summary>
    /// How long handlers may go on once the host begins to stop; then they are cancelled. Default 20 s; zero to 24 h. Together with
    /// <see cref="CancelGrace"/> it should be less than the host's own shutdown time (30 s unless set otherwise): when that is over, what still
    /// runs is given back at once.
    /// </summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long a handler has to return once its token fired, by cancel, timeout or shutdown. Default 5 s; zero to 1 h. After it the attempt is
    /// settled without the handler (killed, timed out, or given back), and a warning is logged; the handler's slot stays taken until it returns.
    /// Such a handler can overlap with the task's next attempt.
    /// </summary>
    public TimeSpan CancelGrace { get; set; } = TimeSpan.FromSeconds(5);
}
