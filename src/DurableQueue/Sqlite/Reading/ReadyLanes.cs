using DurableQueue.Groups;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>The ready tasks of all lanes in the order in which they run, merged from the heads of the lanes, a few of a lane at once.</summary>
internal sealed class ReadyLanes : IDisposable
{
    private const int FirstRead = 8;
    private const int LongestRead = 512;

    private const string SelectLanes =
        $"""
        SELECT l.id, l.urgent <> {UrgencyCode.Forced} AND ((l.urgent = {UrgencyCode.None} AND g.paused = 1) OR g.over_budget = 1 OR EXISTS (
                 SELECT 1 FROM budget_meter m INDEXED BY budget_meter_closed
                 WHERE m.closed = 1 AND m.kind = {BudgetScopeCode.Type} AND m.name = (SELECT y.name FROM task_type y WHERE y.id = l.type_id))),
               l.urgent, l.head_rank, l.head_position
        FROM lane l CROSS JOIN task_group g ON g.id = l.group_id WHERE l.head_task IS NOT NULL
        """;

    private const string SelectFirstBehind =
        $"""
        SELECT rank, position FROM task INDEXED BY task_ready
        WHERE lane_id = @lane AND state = {TaskStateCode.Queued} AND holds = {HoldCode.None} AND (rank, position) > (@rank, @position)
        ORDER BY rank, position LIMIT 1
        """;

    private readonly PriorityQueue<Lane, RunPlace> lanes = new();
    private readonly Statement readTasks;
    private Lane? current;

    /// <param name="connection">Where to read.</param>
    /// <param name="sql">What is wanted.</param>
    /// <param name="after">The place to continue behind.</param>
    public ReadyLanes(SqliteConnection connection, TaskSql sql, RunPlace? after)
    {
        sql.AndSearch($"t.lane_id = @lane AND t.state = {TaskStateCode.Queued} AND t.holds = {HoldCode.None} AND (t.rank, t.position) >= (@rank, @position)");
        foreach (var name in new[] { "@lane", "@rank", "@position", "@most" })
        {
            sql.Parameters[name] = 0;
        }

        readTasks = sql.Open(
            connection, "t.id AS Id, t.rank AS Rank, t.position AS Position", "FROM task t INDEXED BY task_ready", "ORDER BY t.rank, t.position LIMIT @most");
        if (after is null or { Tier: <= RunTier.Stopped })
        {
            ReadLanes(connection, after);
        }
    }

    public long Id { get; private set; }

    public RunPlace Place { get; private set; }

    public bool IsWanted { get; private set; }

    /// <returns>False at the end.</returns>
    public bool Step()
    {
        if (current is not null)
        {
            current.Tasks.Dequeue();
            if (current.Tasks.Count == 0 && !current.IsAtEnd)
            {
                Read(current, Place.First, Place.Second + 1);
            }

            Wait(current);
        }

        while (lanes.TryDequeue(out current, out var first))
        {
            if (current.Tasks.Count == 0)
            {
                Read(current, first.First, first.Second);
            }

            if (current.Tasks.TryPeek(out var task))
            {
                (Id, IsWanted, Place) = (task.Id, task.IsWanted, current.PlaceOf(task));
                return true;
            }
        }

        return false;
    }

    public void Dispose() => readTasks.Dispose();

    private void ReadLanes(SqliteConnection connection, RunPlace? after)
    {
        using var select = new Statement(connection, SelectLanes);
        using var behind = new Statement(connection, SelectFirstBehind);
        while (select.Step())
        {
            var lane = new Lane(select.Long(0), select.Bool(1) ? RunTier.Stopped : RunTier.Next, (Urgency)select.Int(2));
            var head = lane.PlaceOf(select.Long(3), select.Long(4));
            if (after is not { } place || head.CompareTo(place) > 0)
            {
                lanes.Enqueue(lane, head);
            }
            else if (lane.Tier == place.Tier && lane.Urgency == place.Urgency
                && behind.Bind("@lane", lane.Id).Bind("@rank", place.First).Bind("@position", place.Second).Step())
            {
                lanes.Enqueue(lane, lane.PlaceOf(behind.Long(0), behind.Long(1)));
                behind.Reset();
            }
        }
    }

    /// <summary>Reads the next tasks of a lane; more each time.</summary>
    private void Read(Lane lane, long rank, long position)
    {
        readTasks.Bind("@lane", lane.Id).Bind("@rank", rank).Bind("@position", position).Bind("@most", lane.NextRead);
        while (readTasks.Step())
        {
            lane.Tasks.Enqueue(new ReadyTask(readTasks.Long(0), readTasks.Long(1), readTasks.Long(2), readTasks.Bool(3)));
        }

        lane.IsAtEnd = lane.Tasks.Count < lane.NextRead;
        lane.NextRead = Math.Min(lane.NextRead * 4, LongestRead);
    }

    private void Wait(Lane lane)
    {
        if (lane.Tasks.TryPeek(out var task))
        {
            lanes.Enqueue(lane, lane.PlaceOf(task));
        }
    }

    private readonly record struct ReadyTask(long Id, long Rank, long Position, bool IsWanted);

    private sealed class Lane(long id, RunTier tier, Urgency urgency)
    {
        public long Id { get; } = id;

        public RunTier Tier { get; } = tier;

        public Urgency Urgency { get; } = urgency;

        /// <summary>Those that are read and not yet given.</summary>
        public Queue<ReadyTask> Tasks { get; } = new();

        public int NextRead { get; set; } = FirstRead;

        /// <summary>There are no more than those that are read.</summary>
        public bool IsAtEnd { get; set; }

        public RunPlace PlaceOf(in ReadyTask task) => PlaceOf(task.Rank, task.Position);

        public RunPlace PlaceOf(long rank, long position) => new(Tier, Urgency, rank, position);
    }
}
