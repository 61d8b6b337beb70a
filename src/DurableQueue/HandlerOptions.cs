namespace DurableQueue;

/// <summary>
/// Settings for the tasks of one handler, given to each task at its typed enqueue through the host's queue, before the settings of that call.
/// Tasks that are stored already, or come in as a <see cref="NewTask"/>, keep their own. Checked when the host starts.
/// </summary>
public sealed class HandlerOptions
{
    /// <summary><see cref="NewTask.MaxAttempts"/>; at least 1. <see langword="null"/> (default) leaves it.</summary>
    public int? MaxAttempts { get; set; }

    /// <summary><see cref="NewTask.Timeout"/> of one attempt; 1 ms to 365 days. <see langword="null"/> (default) leaves it.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary><see cref="NewTask.Retry"/>; <see langword="null"/> (default) leaves it.</summary>
    public RetryPolicy? Retry { get; set; }

    internal NewTask ApplyTo(NewTask task) => task with
    {
        MaxAttempts = MaxAttempts ?? task.MaxAttempts,
        Timeout = Timeout ?? task.Timeout,
        Retry = Retry ?? task.Retry,
    };
}
