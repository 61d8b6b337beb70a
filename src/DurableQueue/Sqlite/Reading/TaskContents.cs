using Dapper;
using DurableQueue.Queueing;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>Payloads, results and dependencies of many tasks: two statements, however many they are.</summary>
internal static class TaskContents
{
    private const string SelectBodies =
        $"""
        SELECT t.id, b.payload, r.result, {SharedParts.Columns} FROM task t
        LEFT JOIN task_body b ON b.id = t.id
        LEFT JOIN task_result r ON r.id = t.id
        WHERE t.id IN (SELECT value FROM json_each(@ids))
        """;

    private const string SelectEdges =
        """
        SELECT child, parent, condition, state FROM task_dependency
        WHERE child IN (SELECT value FROM json_each(@ids)) ORDER BY child, parent
        """;

    public static IReadOnlyDictionary<TaskId, TaskContent> Read(SqliteConnection connection, IReadOnlyList<TaskId> ids)
    {
        var parameters = new { ids = StoredJson.WriteList(ids.Select(id => id.Value)) };
        var edges = new Dictionary<TaskId, List<DependencyInfo>>();
        using (var rows = connection.ExecuteReader(SelectEdges, parameters))
        {
            while (rows.Read())
            {
                var child = new TaskId(rows.GetInt64(0));
                if (!edges.TryGetValue(child, out var list))
                {
                    edges.Add(child, list = []);
                }

                list.Add(new DependencyInfo(new TaskId(rows.GetInt64(1)), (DependencyCondition)rows.GetInt64(2), (DependencyState)rows.GetInt64(3)));
            }
        }

        var contents = new Dictionary<TaskId, TaskContent>(ids.Count);
        using var bodies = connection.ExecuteReader(SelectBodies, parameters);
        while (bodies.Read())
        {
            var id = new TaskId(bodies.GetInt64(0));
            contents[id] = new TaskContent
            {
                Payload = bodies.IsDBNull(1) ? default
                    : bodies.IsDBNull(4) ? (byte[])bodies.GetValue(1)
                    : SharedParts.Join((byte[])bodies.GetValue(1), (byte[])bodies.GetValue(4), bodies.GetInt32(3)),
                Result = bodies.IsDBNull(2) ? default(ReadOnlyMemory<byte>?) : (byte[])bodies.GetValue(2),
                Dependencies = edges.GetValueOrDefault(id) ?? [],
            };
        }

        return contents;
    }
}
