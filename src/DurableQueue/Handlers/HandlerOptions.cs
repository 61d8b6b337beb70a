using Polly;

namespace DurableQueue;

/// <summary>
/// Options of one handler. They are validated when the host starts. <see cref="MaxAttempts"/>, <see cref="Timeout"/> and <see cref="Retry"/> apply to tasks
/// that are enqueued with a typed payload through the host's queue, unless the call sets them itself. Tasks that are already stored, or are enqueued as a
/// <see cref="NewTask"/>, keep their settings.
/// </summary>
public sealed class HandlerOptions
{
    private readonly List<PayloadUpgrade> upgrades = [];
    private readonly List<Action<ResiliencePipelineBuilder>> resilience = [];
    private ResiliencePipeline? pipeline;

    /// <summary>A description of what the handler does, for routers and for people; at most 4,096 characters.</summary>
    public string? Description { get; set; }

    /// <summary>The value of <see cref="NewTask.MaxAttempts"/>, at least 1. <see langword="null"/>, the default, doesn't set it.</summary>
    public int? MaxAttempts { get; set; }

    /// <summary>The value of <see cref="NewTask.Timeout"/>, 1 ms to 365 days. <see langword="null"/>, the default, doesn't set it.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>The value of <see cref="NewTask.Retry"/>. <see langword="null"/>, the default, doesn't set it.</summary>
    public RetryPolicy? Retry { get; set; }

    /// <summary>
    /// The version of the payload that the handler reads, at least 1. <see langword="null"/>, the default, means the version in the
    /// <see cref="TaskTypeAttribute"/> of the payload type, or else 1.
    /// </summary>
    /// <remarks>
    /// A stored payload of an older version is upgraded by <see cref="UpgradeFrom{TOld, TNew}"/>. If the payload has a newer version, or one without
    /// an upgrade, the attempt fails with an error that says so, and the task is retried as usual: another process may have the right version.
    /// </remarks>
    public int? Version { get; set; }

    internal IReadOnlyList<PayloadUpgrade> Upgrades => upgrades;

    /// <summary>
    /// Registers a function that upgrades stored payloads of an older version before the handler gets them. Upgrades are chained in the order of
    /// their versions: if an upgrade returns the type that the next one takes, the next one follows; otherwise it must return the handler's payload
    /// type.
    /// </summary>
    /// <typeparam name="TOld">The type that the stored JSON is deserialized to.</typeparam>
    /// <typeparam name="TNew">The type that the next upgrade takes, or the handler's payload type.</typeparam>
    /// <param name="version">The old version, at least 1 and less than <see cref="Version"/>.</param>
    /// <param name="upgrade">The function. It is called in every attempt; an exception fails the attempt.</param>
    public HandlerOptions UpgradeFrom<TOld, TNew>(int version, Func<TOld, TNew> upgrade)
        where TOld : notnull
        where TNew : notnull
    {
        ArgumentNullException.ThrowIfNull(upgrade);
        upgrades.Add(new PayloadUpgrade(version, typeof(TOld), typeof(TNew), old => upgrade((TOld)old)));
        return this;
    }

    /// <summary>
    /// Wraps the handler in a Polly resilience pipeline. The pipeline runs inside one attempt: its retries aren't charged and keep the slot and the
    /// lease, and its timeout fails the attempt. It is built once, when the host starts, with the host's clock. Further calls add to the same
    /// pipeline.
    /// </summary>
    /// <param name="configure">Adds the strategies, outermost first.</param>
    public HandlerOptions UseResilience(Action<ResiliencePipelineBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        resilience.Add(configure);
        return this;
    }

    /// <returns><see langword="null"/> if the handler has no pipeline.</returns>
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
