using DurableQueue.Dependencies;
using DurableQueue.Groups;

namespace DurableQueue.Sqlite;

/// <summary>The edges of a finished task that its end satisfies: many at once, by one statement each for the counters, the tasks and the edges.</summary>
internal sealed class DependencyReleases(WriteConnection db, LaneCache lanes)
{
    private const string SelectRange =
        """
        SELECT count(*), max(child)
        FROM (SELECT child FROM task_dependency WHERE parent = @parent AND child > @after ORDER BY child LIMIT @limit)
        """;

    private const string MetEdges =
        $"parent = @parent AND child > @after AND child <= @through AND state = {EdgeCode.Waiting} AND (condition = {ConditionCode.Finished} OR condition = @condition)";

    /// <summary>
    /// In which lanes how many tasks lose the hold, by their other holds. RETURNING would give a row for each task, and cost as much as the release itself.
    /// </summary>
    private const string CountLosingHold =
        $"""
        SELECT task.lane_id, count(*), task.holds
        FROM (SELECT child FROM task_dependency WHERE {MetEdges}) CROSS JOIN task ON task.id = child
        WHERE task.state = {TaskStateCode.Queued} AND task.pending_dependencies = 1 AND task.doomed = 0 AND task.holds & {HoldCode.Dependencies}
        GROUP BY task.lane_id, task.holds
        """;

    private const string ReleaseChildren =
        $"""
        UPDATE task
        SET pending_dependencies = pending_dependencies - 1,
            holds = CASE WHEN pending_dependencies = 1 AND doomed = 0 THEN holds & ~{HoldCode.Dependencies} ELSE holds END
        WHERE state = {TaskStateCode.Queued} AND id IN (SELECT child FROM task_dependency WHERE {MetEdges})
        """;

    private const string SatisfyEdges = $"UPDATE task_dependency SET state = {EdgeCode.Satisfied} WHERE {MetEdges}";

    private const string SelectNextWaiting =
        $"SELECT child FROM task_dependency WHERE parent = @parent AND child > @after AND child <= @through AND state = {EdgeCode.Waiting} ORDER BY child LIMIT 1";

    /// <summary>The next range of dependents: how many they are, and up to which id.</summary>
    public (int Count, long Through) NextRange(CascadeItem item, int most)
    {
        var select = db[SelectRange].Bind("@parent", item.Subject).Bind("@after", item.DoneThrough).Bind("@limit", most);
        select.Step();
        var range = (select.Int(0), select.Long(1));
        select.Reset();
        return range;
    }

    /// <summary>Satisfies the edges of a range whose condition is met, and lets their tasks become ready.</summary>
    public void Satisfy(CascadeItem item, long through, DependencyCondition met)
    {
        var count = OfEdges(CountLosingHold);
        while (count.Step())
        {
            var lane = lanes.ById(count.Long(0));
            var left = (TaskHolds)count.Int(2) & ~TaskHolds.Dependencies;
            lane.Group.Move(CountedAs.Queued(left | TaskHolds.Dependencies), CountedAs.Queued(left), count.Int(1));
            if (left == TaskHolds.None)
            {
                lanes.Invalidate(lane);
            }
        }

        OfEdges(ReleaseChildren).Run();
        OfEdges(SatisfyEdges).Run();

        Statement OfEdges(string sql) => db[sql].Bind("@parent", item.Subject)
            .Bind("@after", item.DoneThrough)
            .Bind("@through", through)
            .Bind("@condition", (long)met);
    }

    /// <summary>The next dependent of a range whose edge is still waiting after <see cref="Satisfy"/>.</summary>
    public long? NextUnsatisfied(CascadeItem item, long after, long through) =>
        db[SelectNextWaiting].Bind("@parent", item.Subject).Bind("@after", after).Bind("@through", through).Scalar();
}
