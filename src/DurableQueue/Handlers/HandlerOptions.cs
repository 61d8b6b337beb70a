using Polly;

namespace DurableQueue;

/// <summary>
/// Settings of one handler. <see cref="MaxAttempts"/>, <see cref="Timeout"/> and <see cref="Retry"/> are given to each of its tasks at the typed
/// enqueue through the host's queue, before the settings of that call; tasks that are stored already, or come in as a <see cref="NewTask"/>, keep
/// their own. Checked when the host starts.
/// </summary>
public sealed class HandlerOptions
{
    private readonly List<PayloadUpgrade> upgrades = [];
    private readonly List<Action<ResiliencePipelineBuilder>> resilience = [];
    private ResiliencePipeline? pipeline;

    /// <summary>What the handler is for, for a router that chooses among handlers, and for people; at most 4,096 characters.</summary>
    public string? Description { get; set; }

    /// <summary><see cref="NewTask.MaxAttempts"/>; at least 1. <see langword="null"/> (default) leaves it.</summary>
    public int? MaxAttempts { get; set; }

    /// <summary><see cref="NewTask.Timeout"/> of one attempt; 1 ms to 365 days. <see langword="null"/> (default) leaves it.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary><see cref="NewTask.Retry"/>; <see langword="null"/> (default) leaves it.</summary>
    public RetryPolicy? Retry { get; set; }

    /// <summary>
    /// The version of the payload that the handler reads; at least 1. <see langword="null"/> (default): that of the payload's
    /// <see cref="TaskTypeAttribute"/>, else 1.
    /// </summary>
    /// <remarks>
    /// A stored payload of an older version is upgraded by <see cref="UpgradeFrom{TOld, TNew}"/>. One of a newer version, or of one that has no
    /// upgrade, fails the attempt with an error that says so, and is tried again as the task's settings say: a process of the right version may
    /// take it then, and after the last attempt the task can still be retried.
    /// </remarks>
    public int? Version { get; set; }

    internal IReadOnlyList<PayloadUpgrade> Upgrades => upgrades;

    /// <summary>
    /// Says how a stored payload of an older version becomes the next one, before the handler sees it. Steps are joined in the order of their
    /// versions: one that gives what the next step takes goes on with it, any other one must give the handler's payload.
    /// </summary>
    /// <typeparam name="TOld">What the stored JSON is read as.</typeparam>
    /// <typeparam name="TNew">What the next step takes, or the handler's payload.</typeparam>
    /// <param name="version">The old version; at least 1 and below <see cref="Version"/>.</param>
    /// <param name="upgrade">Called at every attempt; what it throws fails the attempt.</param>
    public HandlerOptions UpgradeFrom<TOld, TNew>(int version, Func<TOld, TNew> upgrade)
        where TOld : notnull
        where TNew : notnull
    {
        ArgumentNullException.ThrowIfNull(upgrade);
        upgrades.Add(new PayloadUpgrade(version, typeof(TOld), typeof(TNew), old => upgrade((TOld)old)));
        return this;
    }

    /// <summary>
    /// Wraps the handler's call in a Polly pipeline, inside one attempt: retries within it are not charged and hold the slot and the lease, and
    /// its timeout fails the attempt. Built once, when the host starts, with the host's clock; called again, it adds to the same pipeline.
    /// </summary>
    /// <param name="configure">Adds the strategies, the outermost first.</param>
    public HandlerOptions UseResilience(Action<ResiliencePipelineBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        resilience.Add(configure);
        return this;
    }

    /// <returns><see langword="null"/> if none was asked for.</returns>
    internal ResiliencePipeline? GetResilience(TimeProvider time)
    {
        if (pipeline is null && resilience.Count > 0)
        {
            var builder = new ResiliencePipelineBuilder { TimeProvider = time };
            resilience.ForEach(configure => configure(builder));
            pipeline = builder.Build();
        }

        return pipeline;
    }

    internal NewTask ApplyTo(NewTask task) => task with
    {
        MaxAttempts = MaxAttempts ?? task.MaxAttempts,
        Timeout = Timeout ?? task.Timeout,
        Retry = Retry ?? task.Retry,
    };
}
