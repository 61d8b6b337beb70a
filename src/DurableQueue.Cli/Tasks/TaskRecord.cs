using System.Text.Json;
using System.Text.Json.Nodes;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Tasks;

/// <summary>One task as a line of an export: what is needed to add it again, and how it stood.</summary>
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
        json.WriteBoolean("approval", info.Holds.HasFlag(TaskHolds.Approval));
        TaskJson.WriteSeconds(json, "approval_expires_seconds", info.Approval?.ExpiresAfter);
        WriteApprovers(json, info.Approval?.Approvers);
        TaskJson.WriteTime(json, "not_before", info.NotBefore);
        json.WriteNumber("max_attempts", info.MaxAttempts);
        WriteRetry(json, info.Retry);
        TaskJson.WriteSeconds(json, "timeout_seconds", info.Timeout);
        TaskJson.WriteSeconds(json, "lease_seconds", info.LeaseDuration);
        WriteCost(json, info.EstimatedCost);
        json.WriteString("key", info.DedupKey);
        TaskJson.WriteTexts(json, "metadata", info.Metadata);
    }

    /// <summary>The task that a line describes, without its dependencies.</summary>
    /// <exception cref="FormatException">Something is missing, or is not what it must be.</exception>
    public static NewTask ReadTask(JsonObject line)
    {
        if ((int?)line["version"] != Version)
        {
            throw new FormatException($"its version is not {Version}");
        }

        var payload = line["payload_base64"] is { } encoded ? Convert.FromBase64String((string)encoded!)
            : line["payload"] is { } value ? JsonSerializer.SerializeToUtf8Bytes(value)
            : [];
        return new NewTask((string?)line["type"] ?? throw new FormatException("it has no type"), payload)
        {
            Group = (string?)line["group"] ?? NewTask.DefaultGroup,
            Label = (string?)line["label"],
            Priority = (int?)line["priority"] ?? 0,
            Stashed = (bool?)line["stashed"] ?? false,
            Approval = ReadApproval(line),
            NotBefore = line["not_before"] is { } time ? (DateTimeOffset)time : null,
            MaxAttempts = (int?)line["max_attempts"] ?? 1,
            Retry = line["retry"] is JsonObject retry ? ReadRetry(retry) : null,
            Timeout = ReadSeconds(line, "timeout_seconds"),
            LeaseDuration = ReadSeconds(line, "lease_seconds"),
            EstimatedCost = line["estimated_cost"] is JsonObject cost ? ReadCost(cost) : null,
            DedupKey = (string?)line["key"],
            Metadata = (line["metadata"] as JsonObject)?.ToDictionary(pair => pair.Key, pair => (string?)pair.Value ?? ""),
        };
    }

    public static bool IsFinished(JsonObject line) => (string?)line["state"] is nameof(TaskState.Done) or nameof(TaskState.Failed) or nameof(TaskState.Cancelled);

    /// <summary>What the task of a line still waits for, by the ids of the export.</summary>
    public static IEnumerable<(long Id, DependencyCondition When)> ReadOpenDependencies(JsonObject line) =>
        from item in line["after"] as JsonArray ?? []
        where item is JsonObject
        where (string?)item["state"] != nameof(DependencyState.Satisfied)
        select ((long?)item["id"] ?? throw new FormatException("a dependency has no id"),
            Enum.TryParse<DependencyCondition>((string?)item["when"], out var when) ? when : DependencyCondition.Succeeded);

    private static void WritePayload(Utf8JsonWriter json, TaskView task, ReadOnlyMemory<byte> payload, bool showEnvironment)
    {
        if (payload.IsEmpty)
        {
            json.WriteNull("payload");
            return;
        }

        if (task is { IsCommand: true, Command: not null } && !showEnvironment)
        {
            payload = (CommandTask.FromPayload(payload) with { Environment = null }).ToPayload();
        }

        if (IsJson(payload))
        {
            json.WritePropertyName("payload");
            json.WriteRawValue(payload.Span);
        }
        else
        {
            json.WriteBase64String("payload_base64", payload.Span);
        }
    }

    private static bool IsJson(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static TimeSpan? ReadSeconds(JsonObject line, string name) => line[name] is { } seconds ? TimeSpan.FromSeconds((double)seconds) : null;

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

    /// <summary>Who may decide and until when; nothing for a task that waits for nobody, for a decision is not asked for twice.</summary>
    private static ApprovalTerms? ReadApproval(JsonObject line) =>
        (bool?)line["approval"] is not true ? null : new ApprovalTerms
        {
            ExpiresAfter = ReadSeconds(line, "approval_expires_seconds"),
            Approvers = (line["approvers"] as JsonArray)?.Select(approver => (string?)approver ?? "").ToList(),
        };

    private static void WriteCost(Utf8JsonWriter json, Cost? cost)
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

    private static Cost ReadCost(JsonObject cost) => new(
        (decimal?)cost["amount"] ?? throw new FormatException("its estimated_cost has no amount"), (string?)cost["unit"] ?? Cost.DefaultUnit);

    private static void WriteRetry(Utf8JsonWriter json, RetryPolicy? retry)
    {
        if (retry is null)
        {
            json.WriteNull("retry");
            return;
        }

        json.WriteStartObject("retry");
        TaskJson.WriteSeconds(json, "initial_delay_seconds", retry.InitialDelay);
        TaskJson.WriteSeconds(json, "max_delay_seconds", retry.MaxDelay);
        json.WriteNumber("factor", retry.Factor);
        json.WriteNumber("jitter", retry.Jitter);
        json.WriteEndObject();
    }

    private static RetryPolicy ReadRetry(JsonObject retry) => new()
    {
        InitialDelay = TimeSpan.FromSeconds((double?)retry["initial_delay_seconds"] ?? 1),
        MaxDelay = TimeSpan.FromSeconds((double?)retry["max_delay_seconds"] ?? 600),
        Factor = (double?)retry["factor"] ?? 2,
        Jitter = (double?)retry["jitter"] ?? 0.2,
    };
}
