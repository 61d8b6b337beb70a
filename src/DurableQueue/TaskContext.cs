namespace DurableQueue;

/// <summary>What a handler knows about the attempt it runs.</summary>
public sealed class TaskContext
{
    private readonly LeasedTask task;
    private readonly ProgressReport report;

    internal TaskContext(LeasedTask task, ProgressReport report)
    {
        this.task = task;
        this.report = report;
    }

    internal delegate ValueTask ProgressReport(double fraction, string? message, CancellationToken cancellationToken);

    /// <summary>The task.</summary>
    public TaskId Id => task.Id;

    /// <summary>The number of this attempt, from 1. Attempts that were given back at a shutdown do not count.</summary>
    public int Attempt => task.Attempt;

    /// <summary>The task's type.</summary>
    public string Type => task.Type;

    /// <summary>The task's group.</summary>
    public string Group => task.Group;

    /// <summary>The metadata given at enqueue; empty if none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => task.Metadata;

    /// <summary>Stores how far the attempt is, for those who look at the task; the last report is kept.</summary>
    /// <param name="fraction">0 to 1.</param>
    /// <param name="message">For people; at most 512 characters.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    /// <remarks>
    /// A report is advice, not work: trouble with the store is logged and does not fail the handler. If it turns out that the lease is lost,
    /// the handler's cancellation token fires.
    /// </remarks>
    /// <exception cref="ArgumentException">The fraction or the message is out of its limits.</exception>
    public ValueTask ReportProgressAsync(double fraction, string? message = null, CancellationToken cancellationToken = default) =>
        report(fraction, message, cancellationToken);
}
