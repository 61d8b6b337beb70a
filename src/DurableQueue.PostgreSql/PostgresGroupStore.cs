using DurableQueue.Groups;
using DurableQueue.Queueing;
using DurableQueue.Storage;

namespace DurableQueue.PostgreSql;

/// <summary>The groups.</summary>
internal sealed class PostgresGroupStore(Database database, CommitSignals commits, NewGroupLimits newGroups) : IGroupStore
{
    private const string Ensure = "SELECT durable_queue.ensure_group($1, $2, $3)";
    private const string Create = "SELECT durable_queue.create_group($1, $2)";
    private const string Change = "SELECT durable_queue.change_group($1, $2, $3, $4)";
    private const string Remove = "SELECT queued, checked_out FROM durable_queue.remove_group($1)";

    private const string SelectAll =
        """
        SELECT g.name, g.parallelism, g.paused, g.pause_on_failure, g.configured, (g.ready + g.scheduled + g.held)::bigint, g.running::integer, g.waiting::integer,
               g.ready::bigint, g.scheduled::bigint, coalesce(h.stashed, 0), o.since_ms, g.done::bigint, g.failed::bigint, g.cancelled::bigint
        FROM durable_queue.group_counts g
        LEFT JOIN durable_queue.held_counts h ON h.group_id = g.id
        LEFT JOIN durable_queue.oldest_ready o ON o.group_id = g.id
        WHERE NOT g.removed AND ($1 IS NULL OR g.name = $1)
        """;

    public IGroupStore As(string by) => throw NotYet.Refuse("Requests under a name are");

    public async ValueTask EnsureAsync(string name, int? parallelism, CancellationToken cancellationToken)
    {
        await database.ReadAsync(
            Ensure, parameters => parameters.With(name).With(parallelism).With(newGroups.Of(name)), _ => 0, cancellationToken).ConfigureAwait(false);
        commits.Wrote(ready: true);
    }

    public async ValueTask<bool> CreateAsync(string name, int parallelism, CancellationToken cancellationToken)
    {
        var created = await database.ReadOneAsync(Create, parameters => parameters.With(name).With(parallelism), cells => cells.Bool(), cancellationToken).ConfigureAwait(false);
        if (created)
        {
            commits.Wrote(ready: true);
        }

        return created;
    }

    public async ValueTask ChangeAsync(string name, GroupChange change, CancellationToken cancellationToken)
    {
        if (!await database.ReadOneAsync(
            Change,
            parameters => parameters.With(name).With(change.Parallelism).With(change.Paused).With(change.PauseOnFailure),
            cells => cells.Bool(),
            cancellationToken).ConfigureAwait(false))
        {
            throw new GroupNotFoundException(name);
        }

        commits.Wrote(ready: true);
    }

    public async ValueTask RemoveAsync(string name, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(Remove, parameters => parameters.With(name), cells => (Queued: cells.Long(), CheckedOut: cells.Long()), cancellationToken)
            .ConfigureAwait(false);
        if (rows is not [var (queued, checkedOut)])
        {
            throw new GroupNotFoundException(name);
        }

        if (queued + checkedOut > 0)
        {
            throw new GroupStateException(name, $"The group '{name}' has {queued} queued and {checkedOut} checked-out tasks.");
        }

        commits.Wrote();
    }

    public ValueTask<GroupInfo?> FindAsync(string name, CancellationToken cancellationToken) =>
        database.ReadFirstAsync(SelectAll, parameters => parameters.With(name), Read, cancellationToken);

    public async ValueTask<IReadOnlyList<GroupInfo>> ReadAllAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(SelectAll, parameters => parameters.With(default(string)), Read, cancellationToken).ConfigureAwait(false);

    private static GroupInfo Read(Cells cells)
    {
        var (name, parallelism, paused, pauseOnFailure, configured) = (cells.Text(), cells.Int(), cells.Bool(), cells.Bool(), cells.Bool());
        var (queued, running, waiting) = (cells.Long(), cells.Int(), cells.Int());
        return new GroupInfo
        {
            Name = name,
            Parallelism = parallelism,
            Paused = paused,
            PauseOnFailure = pauseOnFailure,
            Configured = configured,
            Running = running,
            Waiting = waiting,
            Ready = cells.Long(),
            Delayed = cells.Long(),
            Stashed = cells.Long(),
            OldestReadyAt = Times.FromMs(cells.NullableLong()),
            Counts = new StateCounts(queued, running + waiting, cells.Long(), cells.Long(), cells.Long()),
        };
    }
}
