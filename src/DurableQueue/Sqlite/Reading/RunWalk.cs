using DurableQueue.Groups;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>
/// Queued tasks in the order in which they run: the ready lists merged from the heads of the lanes, then the delayed ones by the end of their delay, then the
/// others by id. It reads all lanes that have a head, and of their tasks only those that it gives.
/// </summary>
internal sealed class RunWalk : TaskWalk
{
    private const string SelectOtherHeld = "SELECT coalesce(sum(queued - ready - scheduled), 0) FROM task_group WHERE removed = 0";

    private static readonly TaskPath Covered = new("FROM task t") { CoversStates = true };

    private readonly SqliteConnection connection;
    private readonly TaskQuery query;
    private readonly long nowMs;
    private readonly RunPlace? after;
    private readonly ReadyLanes ready;
    private RunTier tier;
    private Statement? rest;

    /// <param name="connection">Where to read.</param>
    /// <param name="query">What is wanted.</param>
    /// <param name="after">The place to continue behind.</param>
    /// <param name="nowMs">The time.</param>
    public RunWalk(SqliteConnection connection, TaskQuery query, WalkPlace? after, long nowMs)
    {
        this.connection = connection;
        this.query = query;
        this.nowMs = nowMs;
        this.after = after is { Key: string key } ? RunPlace.TryParse(key) : null;
        tier = !TaskQueries.MayBeIn(TaskState.Queued, query) ? RunTier.Held + 1 : this.after?.Tier ?? RunTier.Next;
        ready = new ReadyLanes(connection, Prepare(query, nowMs), this.after);
    }

    /// <summary>Whether it goes through no more rows than the query wants.</summary>
    public static bool IsServed(TaskQuery query) => !Prepare(query, nowMs: 0).HasTests;

    public override bool Step()
    {
        if (tier <= RunTier.Stopped)
        {
            if (ready.Step())
            {
                return Found(ready.Place, ready.Id, ready.IsWanted);
            }

            tier = RunTier.Delayed;
        }

        while (tier <= RunTier.Held)
        {
            rest ??= OpenRest();
            if (rest?.Step() == true)
            {
                return Found(new RunPlace(tier, Urgency.None, rest.Long(1), rest.Long(0)), rest.Long(0), rest.Bool(2));
            }

            rest?.Dispose();
            rest = null;
            tier++;
        }

        return false;
    }

    public override void Dispose()
    {
        rest?.Dispose();
        ready.Dispose();
    }

    private bool Found(RunPlace place, long id, bool wanted)
    {
        (Id, Place, IsWanted) = (id, new WalkPlace(id, place.ToString()), wanted);
        return true;
    }

    private static TaskSql Prepare(TaskQuery query, long nowMs)
    {
        var sql = new TaskSql { TestsApart = true };
        TaskQueries.AddConditions(sql, query, nowMs, Covered);
        return sql;
    }

    private Statement? OpenRest()
    {
        var sql = Prepare(query, nowMs);
        var from = after is { } place && place.Tier == tier ? place : default;
        sql.Parameters["@second"] = from.Second;
        if (tier == RunTier.Delayed)
        {
            sql.AndSearch($"t.holds & {HoldCode.NotBefore} AND t.not_before_at_ms >= @first AND (t.not_before_at_ms > @first OR t.id > @second)");
            sql.Parameters["@first"] = after is { Tier: RunTier.Delayed } ? from.First : long.MinValue;
            return sql.Open(connection, "t.id AS Id, t.not_before_at_ms AS First", "FROM task t INDEXED BY task_due", "ORDER BY t.not_before_at_ms, t.id");
        }

        // They have no index. The counters tell whether there are any.
        if (connection.ReadNumber(SelectOtherHeld) == 0)
        {
            return null;
        }

        sql.And($"t.holds <> {HoldCode.None} AND t.holds & {HoldCode.NotBefore} = 0");
        sql.AndSearch($"block.id >= @second >> 6 AND +t.id > @second AND t.state = {TaskStateCode.Queued}");
        return sql.Open(connection, "t.id AS Id, 0 AS First", TaskBlockSql.Tasks, "ORDER BY block.id, t.id");
    }
}
