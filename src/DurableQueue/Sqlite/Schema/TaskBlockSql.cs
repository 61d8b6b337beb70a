namespace DurableQueue.Sqlite;

/// <summary>The table <c>task_block</c> in constant SQL: how to get from blocks to their tasks.</summary>
internal static class TaskBlockSql
{
    /// <summary>A block is of so many ids, as a power of two. The shifts by 6 below say the same.</summary>
    public const int Bits = 6;

    /// <summary>The block of a task.</summary>
    public const string OfTask = "id >> 6";

    /// <summary>A row <c>t</c> belongs to the row <c>block</c>.</summary>
    public const string Contains = "t.id BETWEEN block.id << 6 AND (block.id << 6) + 63";

    /// <summary>A row <c>t</c> belongs to the block that is the parameter <c>@block</c>.</summary>
    public const string ContainsInParameter = "t.id BETWEEN @block << 6 AND (@block << 6) + 63";

    /// <summary>From all blocks in which something is unfinished to their tasks. Both in the order of their ids: <c>ORDER BY block.id, t.id</c>.</summary>
    public const string Tasks = $"FROM task_block block CROSS JOIN task t ON {Contains}";

    /// <summary>The tasks that are checked out now, in no order.</summary>
    public const string CheckedOutTasks =
        $"""
        FROM task_block block INDEXED BY task_block_leased CROSS JOIN task t ON {Contains}
        WHERE block.checked_out > 0 AND t.state = {TaskStateCode.CheckedOut}
        """;
}
