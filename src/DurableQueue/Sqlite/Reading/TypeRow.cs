using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>Reads the task types.</summary>
internal sealed class TypeRow : IStoredRow<TypeRow>
{
    /// <summary>How many unfinished tasks are counted by type: there is no counter of each type, and one would cost every enqueue.</summary>
    private const int MostCounted = 10_000;

    private const string SelectUnfinished = "SELECT coalesce(sum(queued + running + waiting), 0) FROM task_group";

    private const string SelectAll =
        """
        SELECT y.id, y.name, r.type_id IS NOT NULL
        FROM task_type y LEFT JOIN (SELECT DISTINCT type_id FROM lane WHERE head_task IS NOT NULL) r ON r.type_id = y.id
        """;

    private const string SelectQueued =
        $"""
        SELECT l.type_id, count(*)
        {TaskBlockSql.Tasks} JOIN lane l ON l.id = t.lane_id
        WHERE t.state = {TaskStateCode.Queued} GROUP BY l.type_id
        """;

    private long id;
    private string name = "";
    private bool hasReady;

    public static IReadOnlyList<TaskTypeInfo> ReadAll(SqliteConnection connection)
    {
        var queued = connection.ReadNumber(SelectUnfinished) <= MostCounted
            ? connection.ReadRows<CountRow>(SelectQueued).ToDictionary(row => row.Type, row => row.Count)
            : null;
        return [.. connection.ReadRows<TypeRow>(SelectAll).Select(row => row.ToInfo(queued))];
    }

    public static TypeRow Read(StoredCells cells) => new()
    {
        id = cells.Long(),
        name = cells.Text(),
        hasReady = cells.Bool(),
    };

    private TaskTypeInfo ToInfo(Dictionary<long, long>? queued) => new()
    {
        Name = name,
        HasReady = hasReady,
        Queued = queued?.GetValueOrDefault(id),
    };

    private sealed class CountRow : IStoredRow<CountRow>
    {
        public long Type { get; init; }

        public long Count { get; init; }

        public static CountRow Read(StoredCells cells) => new() { Type = cells.Long(), Count = cells.Long() };
    }
}
