using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableQueue.Queueing;

/// <summary>The settings of a schedule as they are stored in JSON. The name, and the payload of the task, are stored separately.</summary>
/// <remarks>Default values are omitted, so that a setting that is added later doesn't change the JSON of schedules that don't use it.</remarks>
internal sealed record StoredSchedule
{
    public string Expression { get; init; } = "";

    public string TimeZone { get; init; } = "";

    public long? StartsAtMs { get; init; }

    public long? EndsAtMs { get; init; }

    public MissedRunPolicy Missed { get; init; }

    public int MissedRunLimit { get; init; }

    public long MissedAfterMs { get; init; }

    public OverlapPolicy Overlap { get; init; }

    public long JitterMs { get; init; }

    public int PauseAfterFailures { get; init; }

    public bool Paused { get; init; }

    public StoredTemplate Task { get; init; } = new();

    public static string Write(NewSchedule schedule) => JsonSerializer.Serialize(
        new StoredSchedule
        {
            Expression = schedule.Expression,
            TimeZone = schedule.TimeZone,
            StartsAtMs = schedule.StartsAt?.ToUnixTimeMilliseconds(),
            EndsAtMs = schedule.EndsAt?.ToUnixTimeMilliseconds(),
            Missed = schedule.Missed,
            MissedRunLimit = schedule.MissedRunLimit,
            MissedAfterMs = (long)schedule.MissedAfter.TotalMilliseconds,
            Overlap = schedule.Overlap,
            JitterMs = (long)schedule.Jitter.TotalMilliseconds,
            PauseAfterFailures = schedule.PauseAfterFailures,
            Paused = schedule.Paused,
            Task = StoredTemplate.From(schedule.Task),
        },
        StoredScheduleContext.Default.StoredSchedule);

    /// <exception cref="JsonException">The JSON is not that of a schedule.</exception>
    public static NewSchedule Read(string name, string json, ReadOnlyMemory<byte> payload)
    {
        var stored = JsonSerializer.Deserialize(json, StoredScheduleContext.Default.StoredSchedule);
        if (stored is not { Task: not null, TimeZone: not null, Expression: not null })
        {
            throw new JsonException("The settings of the schedule are incomplete.");
        }

        return new NewSchedule(name, stored.Expression, stored.Task.ToTask(payload))
        {
            TimeZone = stored.TimeZone,
            StartsAt = Times.FromMs(stored.StartsAtMs),
            EndsAt = Times.FromMs(stored.EndsAtMs),
            Missed = stored.Missed,
            MissedRunLimit = stored.MissedRunLimit,
            MissedAfter = Times.SpanFromMs(stored.MissedAfterMs),
            Overlap = stored.Overlap,
            Jitter = Times.SpanFromMs(stored.JitterMs),
            PauseAfterFailures = stored.PauseAfterFailures,
            Paused = stored.Paused,
        };
    }
}

/// <summary>The settings of the task that a schedule enqueues.</summary>
internal sealed record StoredTemplate
{
    public string Type { get; init; } = "";

    public string Group { get; init; } = "";

    public string? Label { get; init; }

    public int Priority { get; init; }

    public long? DelayMs { get; init; }

    public int MaxAttempts { get; init; }

    public StoredRetry? Retry { get; init; }

    public long? TimeoutMs { get; init; }

    public long? LeaseMs { get; init; }

    public string? DedupKey { get; init; }

    public DedupScope DedupScope { get; init; }

    public bool Stashed { get; init; }

    public bool RunNow { get; init; }

    public bool RequiresApproval { get; init; }

    public ApprovalTerms? Approval { get; init; }

    public Cost? EstimatedCost { get; init; }

    public int? GroupParallelism { get; init; }

    public Dictionary<string, string>? Metadata { get; init; }

    public static StoredTemplate From(NewTask task) => new()
    {
        Type = task.Type,
        Group = task.Group,
        Label = string.IsNullOrEmpty(task.Label) ? null : task.Label,
        Priority = task.Priority,
        DelayMs = ToMs(task.Delay),
        MaxAttempts = task.MaxAttempts,
        Retry = task.Retry is null ? null : StoredRetry.From(task.Retry),
        TimeoutMs = ToMs(task.Timeout),
        LeaseMs = ToMs(task.LeaseDuration),
        DedupKey = task.DedupKey,
        DedupScope = task.DedupScope,
        Stashed = task.Stashed,
        RunNow = task.RunNow,
        RequiresApproval = task.RequiresApproval,
        Approval = task.Approval,
        EstimatedCost = task.EstimatedCost,
        GroupParallelism = task.GroupParallelism,

        // Ordered, so that equal entries make equal declarations.
        Metadata = task.Metadata is null or { Count: 0 }
            ? null
            : new Dictionary<string, string>(task.Metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal)),
    };

    public NewTask ToTask(ReadOnlyMemory<byte> payload) => new(Type, payload)
    {
        Group = Group,
        Label = Label,
        Priority = Priority,
        Delay = ToSpan(DelayMs),
        MaxAttempts = MaxAttempts,
        Retry = Retry?.ToPolicy(),
        Timeout = ToSpan(TimeoutMs),
        LeaseDuration = ToSpan(LeaseMs),
        DedupKey = DedupKey,
        DedupScope = DedupScope,
        Stashed = Stashed,
        RunNow = RunNow,
        RequiresApproval = RequiresApproval,
        Approval = Approval,
        EstimatedCost = EstimatedCost,
        GroupParallelism = GroupParallelism,
        Metadata = Metadata,
    };

    private static long? ToMs(TimeSpan? span) => span is { } value ? Times.ToMs(value) : null;

    private static TimeSpan? ToSpan(long? ms) => ms is { } value ? Times.SpanFromMs(value) : null;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(StoredSchedule))]
internal sealed partial class StoredScheduleContext : JsonSerializerContext;
