using DurableQueue.Dependencies;

namespace DurableQueue.Sqlite;

/// <summary>The dependencies of tasks, as they are stored.</summary>
internal sealed class DependencyEdges(WriteConnection db)
{
    private const string SelectUnsatisfied =
        $"""
        SELECT d.parent, d.condition, p.state
        FROM task_dependency d LEFT JOIN task p ON p.id = d.parent
        WHERE d.child = @child AND d.state <> {EdgeCode.Satisfied}
        """;

    private const string Update = "UPDATE task_dependency SET state = @state WHERE parent = @parent AND child = @child";

    private const string MarkAwaitedSql = "UPDATE task SET awaited = 1 WHERE id = @id AND awaited = 0";

    /// <summary>Compares the dependencies of a task that are not satisfied with the tasks that it waits for. Nothing is written.</summary>
    public List<(long Parent, DependencyState State)> ReadUnsatisfied(TaskId child)
    {
        var edges = new List<(long, DependencyState)>();
        var select = db[SelectUnsatisfied].Bind("@child", child.Value);
        while (select.Step())
        {
            // A parent that is gone can no longer end as required.
            var state = select.IsNull(2)
                ? DependencyState.Broken
                : Edges.Resolve((DependencyCondition)select.Int(1), (TaskState)select.Int(2));
            edges.Add((select.Long(0), state));
        }

        return edges;
    }

    public void Write(TaskId child, List<(long Parent, DependencyState State)> edges)
    {
        foreach (var (parent, state) in edges)
        {
            Write(parent, child, state);
        }
    }

    public void Write(long parent, TaskId child, DependencyState state) =>
        db[Update].Bind("@parent", parent).Bind("@child", child.Value).Bind("@state", (long)state).Run();

    /// <summary>Notes at a task that others wait for it: its finish looks for them only then.</summary>
    public void MarkAwaited(long parent) => db[MarkAwaitedSql].Bind("@id", parent).Run();

    public static DependencyTally Tally(List<(long Parent, DependencyState State)> edges)
    {
        var tally = default(DependencyTally);
        foreach (var (parent, state) in edges)
        {
            tally.Add(parent, state);
        }

        return tally;
    }
}
