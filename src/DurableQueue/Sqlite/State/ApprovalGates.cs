using DurableQueue.Approvals;
using DurableQueue.Queueing;

namespace DurableQueue.Sqlite;

/// <summary>The gates, kept in memory like other small tables: read once, and again when somebody else has committed.</summary>
internal sealed class ApprovalGates(WriteConnection db)
{
    private List<ApprovalGate>? gates;
    private bool anyByMetadata;

    private const string Select = "SELECT name, type, group_name, metadata_key, metadata_value, approvers, lifetime_ms FROM task_gate ORDER BY name";

    private const string Upsert =
        """
        INSERT INTO task_gate (name, type, group_name, metadata_key, metadata_value, approvers, lifetime_ms)
        VALUES (@name, @type, @group, @key, @value, @approvers, @lifetime)
        ON CONFLICT (name) DO UPDATE SET type = excluded.type, group_name = excluded.group_name, metadata_key = excluded.metadata_key,
          metadata_value = excluded.metadata_value, approvers = excluded.approvers, lifetime_ms = excluded.lifetime_ms
        """;

    private const string Delete = "DELETE FROM task_gate WHERE name = @name";

    /// <summary>Those that are about a task.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="group">Its group.</param>
    /// <param name="metadata">Gives its metadata as JSON; asked only if a gate looks at it.</param>
    public IReadOnlyList<ApprovalGate> Matching(string type, string group, Func<string?> metadata)
    {
        var all = gates ??= Load();
        if (all.Count == 0)
        {
            return [];
        }

        var entries = StoredJson.ReadMetadata(anyByMetadata ? metadata() : null);
        return all.FindAll(gate => GateRules.Matches(gate, type, group, entries));
    }

    /// <returns>Whether it was not so already. Every host stores its gates at its start: then nothing is written.</returns>
    public bool Set(ApprovalGate gate)
    {
        if ((gates ??= Load()).Exists(known => GateRules.AreSame(known, gate)))
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
            });
        }

        anyByMetadata = loaded.Exists(gate => gate.MetadataKey is not null);
        return loaded;
    }
}
