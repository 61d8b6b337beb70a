using DurableQueue.Groups;
using DurableQueue.Lifecycle;
using DurableQueue.Storage;
using Npgsql;
using NpgsqlTypes;

namespace DurableQueue.PostgreSql;

/// <summary>Changes to tasks from outside.</summary>
internal sealed class PostgresControlStore(Database database, StoreClock clock, CommitSignals commits, NewGroupLimits newGroups) : ITaskControlStore
{
    private const int ChunkOfPrune = 500;

    private const string Cancel = "SELECT durable_queue.cancel($1, $2, $3)";
    private const string Retry = "SELECT state, holder, due_at_ms FROM durable_queue.retry($1, $2, $3, $4)";
    private const string Stash = "SELECT durable_queue.stash($1, $2, $3)";
    private const string RunNow = "SELECT state, held FROM durable_queue.run_now($1, $2, $3, $4)";
    private const string Edit = "SELECT state, attempt, due_at_ms FROM durable_queue.edit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    private const string Swap = "SELECT first_state, second_state, first_group, second_group FROM durable_queue.swap($1, $2, $3)";
    private const string Remove = "SELECT refused, state FROM durable_queue.remove_tasks($1, $2)";
    private const string Prune = "SELECT deleted, through, seen FROM durable_queue.prune($1, $2, $3, $4, $5, $6)";

    public ITaskControlStore As(string by) => throw NotYet.Refuse("Requests under a name are");

    /// <summary>Nothing depends on a task yet: a tree is its root.</summary>
    public async ValueTask<CancelResult> CancelAsync(TaskId id, string? reason, bool withTree, CancellationToken cancellationToken)
    {
        var found = await database.ReadOneAsync(
            Cancel, parameters => parameters.With(clock.ReadMs()).With(id.Value).With(reason), cells => cells.NullableShort(), cancellationToken).ConfigureAwait(false);
        switch (Require(id, found, TaskTrigger.Cancel))
        {
            case TaskState.Queued:
                commits.Wrote(finished: true);
                return CancelResult.Cancelled;
            case TaskState.CheckedOut:
                commits.RequestCancel(id);
                commits.Wrote();
                return CancelResult.Requested;
            default:
                return CancelResult.AlreadyFinished;
        }
    }

    public async ValueTask RetryAsync(TaskId id, bool withDependents, bool stashed, CancellationToken cancellationToken)
    {
        var (found, holder, due) = await database.ReadOneAsync(
            Retry,
            parameters => Allowed(parameters.With(clock.ReadMs()).With(id.Value).With(stashed), TaskTrigger.Retry),
            cells => (cells.NullableShort(), cells.NullableLong(), cells.NullableLong()),
            cancellationToken).ConfigureAwait(false);
        var state = Require(id, found, TaskTrigger.Retry);
        if (holder is { } other)
        {
            throw new TaskStateException(
                id, state, $"Task {id} is {state} and can't be retried: task {other} holds its dedup key. Wait until task {other} ends, or cancel or remove it.");
        }

        commits.Wrote(ready: true, finished: true, due);
    }

    public async ValueTask StashAsync(TaskId id, bool stash, CancellationToken cancellationToken)
    {
        var trigger = stash ? TaskTrigger.Stash : TaskTrigger.Unstash;
        var found = await database.ReadOneAsync(
            Stash, parameters => Allowed(parameters.With(id.Value).With(stash), trigger), cells => cells.NullableShort(), cancellationToken).ConfigureAwait(false);
        Require(id, found, trigger);
        commits.Wrote(ready: true);
    }

    public async ValueTask RunNowAsync(TaskId id, bool overBudget, CancellationToken cancellationToken)
    {
        var lifted = TaskHolds.NotBefore | TaskHolds.Stashed | (overBudget ? TaskHolds.Budget : TaskHolds.None);
        var urgency = overBudget ? Urgency.Forced : Urgency.Urgent;
        var (found, held) = await database.ReadOneAsync(
            RunNow,
            parameters => Allowed(parameters.With(id.Value).With((int)lifted).With((short)urgency), TaskTrigger.RunNow),
            cells => (cells.NullableShort(), cells.NullableShort()),
            cancellationToken).ConfigureAwait(false);
        var state = Require(id, found, TaskTrigger.RunNow);
        if (held is not (null or 0))
        {
            throw new TaskStateException(id, state, $"Task {id} is {state} and can't run now: the hold {(TaskHolds)held.Value} isn't lifted by run now.");
        }

        commits.Wrote(ready: true);
    }

    public async ValueTask EditAsync(TaskId id, CheckedEdit edit, CancellationToken cancellationToken)
    {
        if (edit.After is not null)
        {
            throw NotYet.Refuse("Dependencies (After) are");
        }

        var change = edit.Edit;
        var (found, attempt, due) = await database.ReadOneAsync(
            Edit,
            parameters => Allowed(parameters.With(clock.ReadMs()).With(id.Value), TaskTrigger.Edit)
                .With(change.Priority)
                .With(change.Group)
                .With(newGroups.Of(change.Group ?? ""))
                .With(change.Label is not null)
                .With(string.IsNullOrEmpty(change.Label) ? null : change.Label)
                .With(change.MaxAttempts)
                .With(change.Payload is not null)
                .With(change.Payload?.Stored())
                .With(edit.NotBeforeMs),
            cells => (cells.NullableShort(), cells.NullableInt(), cells.NullableLong()),
            cancellationToken).ConfigureAwait(false);
        Require(id, found, TaskTrigger.Edit);
        if (change.MaxAttempts <= attempt)
        {
            throw new ArgumentException($"MaxAttempts must be greater than the number of attempts already made, {attempt}.", nameof(edit));
        }

        commits.Wrote(ready: true, dueMs: due);
    }

    public async ValueTask SwapAsync(TaskId first, TaskId second, CancellationToken cancellationToken)
    {
        var (one, other, group, otherGroup) = await database.ReadOneAsync(
            Swap,
            parameters => Allowed(parameters.With(first.Value).With(second.Value), TaskTrigger.Swap),
            cells => (cells.NullableShort(), cells.NullableShort(), cells.NullableText(), cells.NullableText()),
            cancellationToken).ConfigureAwait(false);
        if (one is null || other is null)
        {
            throw new TaskNotFoundException(one is null ? first : second);
        }

        Require(first, one, TaskTrigger.Swap);
        Require(second, other, TaskTrigger.Swap);
        if (group != otherGroup)
        {
            throw new ArgumentException($"Task {first} is in the group '{group}' and task {second} in '{otherGroup}'.", nameof(second));
        }

        commits.Wrote(ready: true);
    }

    public async ValueTask RemoveAsync(IReadOnlyList<TaskId> ids, CancellationToken cancellationToken)
    {
        long[] list = [.. ids.Select(id => id.Value).Distinct()];
        var (refused, state) = await database.ReadOneAsync(
            Remove,
            parameters => Allowed(parameters.With(list, NpgsqlDbType.Bigint), TaskTrigger.Remove),
            cells => (cells.NullableLong(), cells.NullableShort()),
            cancellationToken).ConfigureAwait(false);
        if (refused is { } id)
        {
            Require(new TaskId(id), state, TaskTrigger.Remove);
        }

        commits.Wrote(finished: true);
    }

    public async ValueTask<PruneProgress> PruneAsync(TaskState state, RetentionPolicy policy, long afterSequence, CancellationToken cancellationToken)
    {
        long?[] keep = [.. Enum.GetValues<TaskOutcome>().Order().Select(outcome => policy.For(outcome) is { } span ? (long?)span.TotalMilliseconds : null)];
        var (deleted, through, seen) = await database.ReadOneAsync(
            Prune,
            parameters => parameters.With(clock.ReadMs())
                .With((short)state)
                .With(keep, NpgsqlDbType.Bigint)
                .With(policy.Groups?.ToArray(), NpgsqlDbType.Text)
                .With(afterSequence)
                .With(ChunkOfPrune),
            cells => (cells.Int(), cells.Long(), cells.Int()),
            cancellationToken).ConfigureAwait(false);
        if (deleted > 0)
        {
            commits.Wrote(finished: true);
        }

        return new PruneProgress(deleted, through, seen < ChunkOfPrune);
    }

    public ValueTask<QueueRepair> RepairAsync(CancellationToken cancellationToken) => throw NotYet.Refuse("Repairing is");

    /// <summary>Binds the states in which the lifecycle allows a change.</summary>
    private static NpgsqlParameterCollection Allowed(NpgsqlParameterCollection parameters, TaskTrigger trigger) => parameters.With(
        Enum.GetValues<TaskState>().Where(state => Transitions.Allows(state, trigger)).Select(state => (short)state).ToArray(), NpgsqlDbType.Smallint);

    private static TaskState Require(TaskId id, short? found, TaskTrigger trigger)
    {
        var state = (TaskState)(found ?? throw new TaskNotFoundException(id));
        Transitions.Require(id, state, trigger);
        return state;
    }
}
