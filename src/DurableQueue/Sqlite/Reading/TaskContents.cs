using Dapper;
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
        var parameters = new { ids = StoredJson.WriteList(ids.Select(id => id.Value)) };
        var edges = connection.Query<DependencyRow>(SelectEdges, parameters).ToLookup(row => row.Child, row => row.ToInfo());
        var contents = new Dictionary<TaskId, TaskContent>(ids.Count);
        foreach (var row in connection.Query<PayloadRow>(SelectBodies, parameters, buffered: false))
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
