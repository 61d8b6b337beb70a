using DurableQueue.Lifecycle;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>By finish: a run of the index for each finished state, merged by their numbers.</summary>
internal sealed class FinishWalk : TaskWalk
{
    private readonly PriorityQueue<Statement, long> runs = new();
    private readonly List<Statement> statements = [];
    private readonly bool descending;
    private readonly bool keyed;
    private Statement? current;

    /// <param name="connection">Where to read.</param>
    /// <param name="query">What is wanted.</param>
    /// <param name="descending">Latest first.</param>
    /// <param name="after">The number to continue behind.</param>
    /// <param name="keyed">The number is also the key of the place.</param>
    /// <param name="nowMs">The time.</param>
    public FinishWalk(SqliteConnection connection, TaskQuery query, bool descending, long? after, bool keyed, long nowMs)
    {
        this.descending = descending;
        this.keyed = keyed;
        foreach (var state in Transitions.FinishedStates.Where(state => TaskQueries.MayBeIn(state, query)))
        {
            var sql = Prepare(query, nowMs);
            sql.AndSearch($"t.state >= {TaskStateCode.FirstFinished} AND t.state = @state");
            sql.AndSearch(descending ? "t.finish_sequence < @cursor" : "t.finish_sequence > @cursor");
            sql.Parameters["@state"] = (int)state;
            sql.Parameters["@cursor"] = after ?? (descending ? long.MaxValue : 0);
            var run = sql.Open(
                connection,
                "t.id AS Id, t.finish_sequence AS Sequence",
                TaskQueries.OfOneState.From,
                descending ? "ORDER BY t.finish_sequence DESC" : "ORDER BY t.finish_sequence");
            statements.Add(run);
            Advance(run);
        }
    }

    /// <summary>Whether it goes through no more rows than the query wants.</summary>
    public static bool IsServed(TaskQuery query) => !Prepare(query, nowMs: 0).HasTests;

    public override bool Step()
    {
        if (current is not null)
        {
            Advance(current);
        }

        if (!runs.TryDequeue(out current, out _))
        {
            return false;
        }

        var sequence = current.Long(1);
        Id = current.Long(0);
        Place = new WalkPlace(sequence, keyed ? sequence : null);
        IsWanted = current.Bool(2);
        return true;
    }

    public override void Dispose() => statements.ForEach(statement => statement.Dispose());

    private void Advance(Statement run)
    {
        if (run.Step())
        {
            runs.Enqueue(run, descending ? -run.Long(1) : run.Long(1));
        }
    }

    private static TaskSql Prepare(TaskQuery query, long nowMs)
    {
        var sql = new TaskSql { TestsApart = true };
        TaskQueries.AddConditions(sql, query, nowMs, TaskQueries.OfOneState);
        return sql;
    }
}
