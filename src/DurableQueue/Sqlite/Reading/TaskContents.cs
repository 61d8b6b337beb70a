using DurableQueue.Queueing;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>Payloads, results and dependencies of many tasks: two statements, however many they are.</summary>
internal static class TaskContents
{
    private const string SelectBodies =
        $"""
        SELECT t.id AS Id, b.payload AS Payload, r.result AS Result, {SharedParts.Columns} FROM task t
        LEFT JOIN task_body b ON b.id = t.id
        LEFT JOIN task_result r ON r.id = t.id
        WHERE t.id IN (SELECT value FROM json_each(@ids))
        """;

    private const string SelectEdges =
        $"""
        SELECT {DependencyRow.Columns} FROM task_dependency
        WHERE child IN (SELECT value FROM json_each(@ids)) ORDER BY child, parent
        """;

    public static IReadOnlyDictionary<TaskId, TaskContent> Read(SqliteConnection connection, IReadOnlyList<TaskId> ids)
    {
        var list = StoredJson.WriteList(ids.Select(id => id.Value));
        var edges = connection.ReadRows<DependencyRow>(SelectEdges, s => s.Bind("@ids", list)).ToLookup(row => row.Child, row => row.ToInfo());
        var contents = new Dictionary<TaskId, TaskContent>(ids.Count);
        foreach (var row in connection.ReadRows<PayloadRow>(SelectBodies, s => s.Bind("@ids", list)))
        {
            contents[new TaskId(row.Id)] = new TaskContent
            {
                Payload = row.ToPayload(),
                Result = row.Result is null ? default(ReadOnlyMemory<byte>?) : row.Result,
                Dependencies = [.. edges[row.Id]],
            };
        }

        return contents;
    }
}
