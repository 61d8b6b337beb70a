using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>The finished tasks by finish, and then those that have not ended, by id.</summary>
internal sealed class EndedWalk : TaskWalk
{
    private readonly Func<IdWalk> openRest;
    private TaskWalk walk;
    private bool isInRest;

    /// <param name="connection">Where to read.</param>
    /// <param name="query">What is wanted.</param>
    /// <param name="descending">Latest and newest first.</param>
    /// <param name="after">The place to continue behind.</param>
    /// <param name="nowMs">The time.</param>
    public EndedWalk(SqliteConnection connection, TaskQuery query, bool descending, WalkPlace? after, long nowMs)
    {
        isInRest = after is { Key: null };
        openRest = () => new IdWalk(connection, Rest(query), descending, isInRest ? after?.Value : null, nowMs);
        walk = isInRest ? openRest() : new FinishWalk(connection, query, descending, after?.Value, keyed: true, nowMs);
    }

    /// <summary>Whether it goes through no more rows than the query wants.</summary>
    public static bool IsServed(TaskQuery query) => FinishWalk.IsServed(query) && IdWalk.IsServed(Rest(query));

    public override bool Step()
    {
        if (!walk.Step())
        {
            if (isInRest)
            {
                return false;
            }

            walk.Dispose();
            walk = openRest();
            isInRest = true;
            if (!walk.Step())
            {
                return false;
            }
        }

        (Id, Place, IsWanted) = (walk.Id, walk.Place, walk.IsWanted);
        return true;
    }

    public override void Dispose() => walk.Dispose();

    private static TaskQuery Rest(TaskQuery query) =>
        query with { States = [.. TaskQueries.Unfinished.Where(state => query.States?.Contains(state) ?? true)] };
}
