namespace DurableQueue;

/// <summary>Options of one worker of a host. They are validated when the host starts.</summary>
public sealed class WorkerOptions
{
    /// <summary>
    /// The worker's name, recorded with each attempt; 1 to 256 characters. <see langword="null"/>, the default, means a name of machine, process id
    /// and a random part, which changes at every start.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>How many tasks the worker runs at once, 1 to 10,000. It never checks out more. The default is the number of processors.</summary>
    public int Concurrency { get; set; } = Environment.ProcessorCount;

    /// <summary>The groups that the worker takes tasks from. <see langword="null"/>, the default, means all, including groups that are created later.</summary>
    public IReadOnlyList<string>? Groups { get; set; }

    /// <summary>
    /// How long leases last without a heartbeat, and therefore how long the tasks of a crashed worker wait before another worker gets them: 100 ms to
    /// 24 h. The default is 300 s. <see cref="NewTask.LeaseDuration"/> takes precedence. Leases are renewed after a third of this time, and at least
    /// every 5 s.
    /// </summary>
    public TimeSpan LeaseDuration { get; set; } = CheckoutRequest.DefaultLeaseDuration;

    /// <summary>
    /// How long handlers may continue when the host stops, before they are cancelled: zero to 24 h. The default is 20 s. Together with
    /// <see cref="CancelGrace"/> it should be less than the shutdown timeout of the host, which is 30 s by default: when that is over, attempts that
    /// still run are released at once.
    /// </summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long a handler has to return after its token was cancelled by a cancel, a timeout or a shutdown: zero to 1 h. The default is 5 s. After
    /// that, the attempt is settled without the handler (killed, timed out or released), and a warning is logged. The handler keeps its slot until it
    /// returns, and may overlap with the next attempt of the task.
    /// </summary>
    public TimeSpan CancelGrace { get; set; } = TimeSpan.FromSeconds(5);
}
