using DurableQueue.Approvals;
using DurableQueue.Queueing;

namespace DurableQueue.Sqlite;

/// <summary>The approval gates in memory: read once, and again after another process committed.</summary>
internal sealed class ApprovalGates(WriteConnection db)
{
    private List<ApprovalGate>? gates;
    private bool anyByMetadata;
    private bool anyByCommand;

    private const string Select = "SELECT name, type, group_name, metadata_key, metadata_value, approvers, lifetime_ms, command FROM task_gate ORDER BY name";

    private const string Upsert =
        """
        INSERT INTO task_gate (name, type, group_name, metadata_key, metadata_value, approvers, lifetime_ms, command)
        VALUES (@name, @type, @group, @key, @value, @approvers, @lifetime, @command)
        ON CONFLICT (name) DO UPDATE SET type = excluded.type, group_name = excluded.group_name, metadata_key = excluded.metadata_key,
          metadata_value = excluded.metadata_value, approvers = excluded.approvers, lifetime_ms = excluded.lifetime_ms,
          command = excluded.command
        """;

    private const string Delete = "DELETE FROM task_gate WHERE name = @name";

    /// <summary>A task may need an approval because of a gate.</summary>
    public bool AreAny => All.Count > 0;

    /// <summary>A gate is about metadata.</summary>
    public bool NeedMetadata => AreAny && anyByMetadata;

    /// <summary>A gate is about the text of commands.</summary>
    public bool NeedPayload => AreAny && anyByCommand;

    private List<ApprovalGate> All => gates ??= Load();

    /// <summary>The gates that are about a task.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="group">Its group.</param>
    /// <param name="metadataJson">Its metadata; not needed unless <see cref="NeedMetadata"/>.</param>
    /// <param name="payload">Its payload, which may lack its shared part; not needed unless <see cref="NeedPayload"/>.</param>
    public IReadOnlyList<ApprovalGate> Matching(string type, string group, string? metadataJson, ReadOnlySpan<byte> payload)
    {
        if (!AreAny)
        {
            return [];
        }

        var metadata = StoredJson.ReadMetadata(anyByMetadata ? metadataJson : null);
        var command = anyByCommand ? PayloadText.Command.Find(type, payload) : null;
        return All.FindAll(gate => GateRules.Matches(gate, type, group, metadata, command));
    }

    /// <returns>Whether it changed. Every host stores its gates when it starts, and usually nothing is written.</returns>
    public bool Set(ApprovalGate gate)
    {
        if (All.Exists(known => GateRules.AreSame(known, gate)))
        {
            return false;
        }

        db[Upsert].Bind("@name", gate.Name)
            .Bind("@type", gate.Type)
            .Bind("@group", gate.Group)
            .Bind("@key", gate.MetadataKey)
            .Bind("@value", gate.MetadataValue)
            .Bind("@approvers", gate.Approvers is { } approvers ? StoredJson.WriteNames(approvers) : null)
            .Bind("@lifetime", gate.ExpiresAfter is { } expires ? Times.ToMs(expires) : null)
            .Bind("@command", gate.Command)
            .Run();
        Forget();
        return true;
    }

    /// <returns>Whether there was one.</returns>
    public bool Remove(string name)
    {
        Forget();
        return db[Delete].Bind("@name", name).Run() > 0;
    }

    public void Forget() => gates = null;

    private List<ApprovalGate> Load()
    {
        var loaded = new List<ApprovalGate>();
        var select = db[Select];
        while (select.Step())
        {
            loaded.Add(new ApprovalGate(select.Text(0))
            {
                Type = select.NullableText(1),
                Group = select.NullableText(2),
                MetadataKey = select.NullableText(3),
                MetadataValue = select.NullableText(4),
                Approvers = select.NullableText(5) is { } names ? StoredJson.ReadNames(names) : null,
                ExpiresAfter = select.NullableLong(6) is { } lifetime ? Times.SpanFromMs(lifetime) : null,
                Command = select.NullableText(7),
            });
        }

        anyByMetadata = loaded.Exists(gate => gate.MetadataKey is not null);
        anyByCommand = loaded.Exists(gate => gate.Command is not null);
        return loaded;
    }
}
