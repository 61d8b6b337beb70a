using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace DurableQueue.Cli.Tasks;

/// <summary>One task as a line of an export: what is needed to add it again, and its state.</summary>
internal static class TaskRecord
{
    private const int Version = 1;

    public static void Write(Utf8JsonWriter json, TaskView task, ReadOnlyMemory<byte> payload, bool showEnvironment)
    {
        var info = task.Info;
        json.WriteNumber("id", info.Id.Value);
        json.WriteString("type", info.Type);
        WritePayload(json, task, payload, showEnvironment);
        json.WriteString("group", info.Group);
        json.WriteString("label", info.Label);
        json.WriteNumber("priority", info.Priority);
        json.WriteStartArray("after");
        foreach (var dependency in task.After)
        {
            json.WriteStartObject();
            json.WriteNumber("id", dependency.On.Value);
            json.WriteString("when", dependency.When.ToString());
            json.WriteString("state", dependency.State.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("state", info.State.ToString());
        json.WriteString("outcome", info.Outcome.ToString());
        json.WriteBoolean("stashed", info.Holds.HasFlag(TaskHolds.Stashed));
        json.WriteBoolean("urgent", info is { Urgent: true, State: TaskState.Queued, NotBefore: null } && !info.Holds.HasFlag(TaskHolds.Approval));

        // A task that was rejected, or ended before a decision, needs an approval when it is added again.
        json.WriteBoolean("approval", info.Holds.HasFlag(TaskHolds.Approval) || (info.Approval is not null && info.Outcome is TaskOutcome.Rejected or TaskOutcome.Cancelled));
        WriteExactSeconds(json, "approval_expires_seconds", info.Approval?.ExpiresAfter);
        WriteApprovers(json, info.Approval?.Approvers);
        TaskJson.WriteTime(json, "not_before", info.NotBefore);
        json.WriteNumber("max_attempts", info.MaxAttempts);
        WriteRetry(json, info.Retry);
        WriteExactSeconds(json, "timeout_seconds", info.Timeout);
        WriteExactSeconds(json, "lease_seconds", info.LeaseDuration);
        WriteCost(json, info.EstimatedCost);
        json.WriteString("key", info.DedupKey);
        json.WriteString("key_scope", info.DedupKey is null ? null : info.DedupScope.ToString());
        TaskJson.WriteTexts(json, "metadata", info.Metadata);
    }

    /// <summary>The task that a line describes, without its dependencies.</summary>
    /// <exception cref="FormatException">A property is missing or not valid.</exception>
    public static NewTask ReadTask(JsonElement line)
    {
        if (Find(line, "version") is not { } version || version.GetInt32() != Version)
        {
            throw new FormatException($"its version is not {Version}");
        }

        return new NewTask(Find(line, "type")?.GetString() ?? throw new FormatException("it has no type"), ReadPayload(line))
        {
            Group = Find(line, "group")?.GetString() ?? NewTask.DefaultGroup,
            Label = Find(line, "label")?.GetString(),
            Priority = Find(line, "priority")?.GetInt32() ?? 0,
            Stashed = Find(line, "stashed")?.GetBoolean() ?? false,
            RunNow = Find(line, "urgent")?.GetBoolean() ?? false,
            Approval = ReadApproval(line),
            NotBefore = Find(line, "not_before")?.GetDateTimeOffset(),
            MaxAttempts = Find(line, "max_attempts")?.GetInt32() ?? 1,
            Retry = Find(line, "retry") is { } retry ? ReadRetry(retry) : null,
            Timeout = ReadSeconds(line, "timeout_seconds"),
            LeaseDuration = ReadSeconds(line, "lease_seconds"),
            EstimatedCost = Find(line, "estimated_cost") is { } cost ? ReadCost(cost) : null,
            DedupKey = Find(line, "key")?.GetString(),
            DedupScope = Find(line, "key_scope")?.GetString() is { } scope ? ReadName<DedupScope>(scope) : DedupScope.Active,
            Metadata = Find(line, "metadata")?.EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString() ?? ""),
        };
    }

    /// <exception cref="FormatException">The line has no id.</exception>
    public static long ReadId(JsonElement line) => Find(line, "id")?.GetInt64() ?? throw new FormatException("it has no id");

    public static bool IsFinished(JsonElement line) =>
        Find(line, "state")?.GetString() is nameof(TaskState.Done) or nameof(TaskState.Failed) or nameof(TaskState.Cancelled);

    /// <summary>What the task of a line still depends on, by the ids of the export.</summary>
    public static IEnumerable<(long Id, DependencyCondition When)> ReadOpenDependencies(JsonElement line) =>
        from item in Find(line, "after")?.EnumerateArray().ToArray() ?? []
        where Find(item, "state")?.GetString() != nameof(DependencyState.Satisfied)
        select (Find(item, "id")?.GetInt64() ?? throw new FormatException("a dependency has no id"),
            Find(item, "when")?.GetString() is { } when ? ReadName<DependencyCondition>(when) : DependencyCondition.Succeeded);

    /// <summary>Finds a property that exists and is not null.</summary>
    private static JsonElement? Find(JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static T ReadName<T>(string name)
        where T : struct, Enum => Enum.TryParse<T>(name, out var value) && Enum.IsDefined(value)
            ? value
            : throw new FormatException($"'{name}' is not one of {string.Join(", ", Enum.GetNames<T>())}");

    private static byte[] ReadPayload(JsonElement line) =>
        Find(line, "payload_base64") is { } encoded ? encoded.GetBytesFromBase64()
        : Find(line, "payload") is { } value ? Encoding.UTF8.GetBytes(value.GetRawText())
        : [];

    /// <summary>As JSON if a line can hold it byte for byte, otherwise as base64: with line ends, nested too deeply, or null, which means no payload.</summary>
    private static void WritePayload(Utf8JsonWriter json, TaskView task, ReadOnlyMemory<byte> payload, bool showEnvironment)
    {
        if (payload.IsEmpty)
        {
            json.WriteNull("payload");
            return;
        }

        payload = ShownPayload.Of(task, payload, showEnvironment);

        if (IsLineOfJson(payload))
        {
            json.WritePropertyName("payload");
            json.WriteRawValue(payload.Span);
        }
        else
        {
            json.WriteBase64String("payload_base64", payload.Span);
        }
    }

    private static bool IsLineOfJson(ReadOnlyMemory<byte> payload)
    {
        // A BOM and white space around the value would be lost.
        if (!Utf8.IsValid(payload.Span) || payload.Span.IndexOfAny("\r\n"u8) >= 0 || payload.Span[0] is (byte)' ' or (byte)'\t' || payload.Span[^1] is (byte)' ' or (byte)'\t')
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(payload);
            return document.RootElement.ValueKind != JsonValueKind.Null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Exact to the tick.</summary>
    private static void WriteExactSeconds(Utf8JsonWriter json, string name, TimeSpan? span)
    {
        if (span is { } time)
        {
            json.WriteNumber(name, (decimal)time.Ticks / TimeSpan.TicksPerSecond);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static TimeSpan? ReadSeconds(JsonElement line, string name) =>
        Find(line, name) is { } seconds ? TimeSpan.FromTicks(decimal.ToInt64(seconds.GetDecimal() * TimeSpan.TicksPerSecond)) : null;

    private static void WriteApprovers(Utf8JsonWriter json, IReadOnlyList<string>? approvers)
    {
        if (approvers is null)
        {
            json.WriteNull("approvers");
            return;
        }

        json.WriteStartArray("approvers");
        foreach (var approver in approvers)
        {
            json.WriteStringValue(approver);
        }

        json.WriteEndArray();
    }

    /// <summary>Who may decide and until when. Only for a task that waits for a decision, so that none is requested twice.</summary>
    private static ApprovalTerms? ReadApproval(JsonElement line) =>
        Find(line, "approval")?.GetBoolean() is not true ? null : new ApprovalTerms
        {
            ExpiresAfter = ReadSeconds(line, "approval_expires_seconds"),
            Approvers = Find(line, "approvers")?.EnumerateArray().Select(approver => approver.GetString() ?? "").ToList(),
        };

    public static void WriteCost(Utf8JsonWriter json, Cost? cost)
    {
        if (cost is not { } estimate)
        {
            json.WriteNull("estimated_cost");
            return;
        }

        json.WriteStartObject("estimated_cost");
        json.WriteNumber("amount", estimate.Amount);
        json.WriteString("unit", estimate.Unit);
        json.WriteEndObject();
    }

    private static Cost ReadCost(JsonElement cost) => new(
        Find(cost, "amount")?.GetDecimal() ?? throw new FormatException("its estimated_cost has no amount"), Find(cost, "unit")?.GetString() ?? Cost.DefaultUnit);

    public static void WriteRetry(Utf8JsonWriter json, RetryPolicy? retry)
    {
        if (retry is null)
        {
            json.WriteNull("retry");
            return;
        }

        json.WriteStartObject("retry");
        WriteExactSeconds(json, "initial_delay_seconds", retry.InitialDelay);
        WriteExactSeconds(json, "max_delay_seconds", retry.MaxDelay);
        json.WriteNumber("factor", retry.Factor);
        json.WriteNumber("jitter", retry.Jitter);
        json.WriteEndObject();
    }

    private static RetryPolicy ReadRetry(JsonElement retry) => new()
    {
        InitialDelay = ReadSeconds(retry, "initial_delay_seconds") ?? TimeSpan.FromSeconds(1),
        MaxDelay = ReadSeconds(retry, "max_delay_seconds") ?? TimeSpan.FromMinutes(10),
        Factor = Find(retry, "factor")?.GetDouble() ?? 2,
        Jitter = Find(retry, "jitter")?.GetDouble() ?? 0.2,
    };
}
