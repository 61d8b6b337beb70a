using DurableQueue.Lifecycle;
using DurableQueue.Storage;

namespace DurableQueue.Queueing;

/// <summary>Checks what is asked of tasks from outside, and prunes in chunks.</summary>
/// <param name="store">The store.</param>
/// <param name="control">The store's, perhaps with a name for the record.</param>
/// <param name="maxPayloadBytes">The limit of a payload.</param>
internal sealed class TaskControl(ITaskStore store, ITaskControlStore control, int maxPayloadBytes) : ITaskControl
{
    public ITaskControl As(string by) => new TaskControl(store, store.Control.As(Requester.Check(by)), maxPayloadBytes);

    public ValueTask<CancelResult> CancelAsync(TaskId id, string? reason = null, CancellationToken cancellationToken = default) =>
        control.CancelAsync(id, CheckReason(reason), withTree: false, cancellationToken);

    public ValueTask<CancelResult> CancelTreeAsync(TaskId id, string? reason = null, CancellationToken cancellationToken = default) =>
        control.CancelAsync(id, CheckReason(reason), withTree: true, cancellationToken);

    public ValueTask RetryAsync(TaskId id, bool withDependents = false, CancellationToken cancellationToken = default) =>
        control.RetryAsync(id, withDependents, stashed: false, cancellationToken);

    public ValueTask RetryStashedAsync(TaskId id, bool withDependents = false, CancellationToken cancellationToken = default) =>
        control.RetryAsync(id, withDependents, stashed: true, cancellationToken);

    public ValueTask StashAsync(TaskId id, CancellationToken cancellationToken = default) => control.StashAsync(id, stash: true, cancellationToken);

    public ValueTask UnstashAsync(TaskId id, CancellationToken cancellationToken = default) => control.StashAsync(id, stash: false, cancellationToken);

    public ValueTask RunNowAsync(TaskId id, CancellationToken cancellationToken = default) => control.RunNowAsync(id, overBudget: false, cancellationToken);

    public ValueTask RunNowOverBudgetAsync(TaskId id, CancellationToken cancellationToken = default) =>
        control.RunNowAsync(id, overBudget: true, cancellationToken);

    public ValueTask ApproveAsync(TaskId id, string by, string? note = null, CancellationToken cancellationToken = default) =>
        store.Approvals.DecideAsync(id, ApprovalChecks.Approval(by, note), cancellationToken);

    public ValueTask RejectAsync(TaskId id, string by, string reason, CancellationToken cancellationToken = default) =>
        store.Approvals.DecideAsync(id, ApprovalChecks.Rejection(by, reason), cancellationToken);

    public ValueTask EditAsync(TaskId id, TaskEdit edit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(edit);
        if (edit.Payload is { } payload)
        {
            Check.Size(payload.Length, maxPayloadBytes, nameof(edit.Payload));
        }

        Check.Text(edit.Label, nameof(edit.Label), Limits.LabelLength);
        if (edit.Group is not null)
        {
            Check.Name(edit.Group, nameof(edit.Group));
        }

        if (edit.MaxAttempts is { } attempts)
        {
            Check.Between(attempts, 1, Limits.MaxMaxAttempts, nameof(edit.MaxAttempts));
        }

        long? notBefore = edit.NotBefore is { } time ? NewTaskRules.NotBeforeMs(time, nameof(edit.NotBefore)) : null;
        var after = edit.After is null ? null : NewTaskRules.CheckDependencies(edit.After, 0, 0);
        return control.EditAsync(id, new CheckedEdit(edit, after, notBefore), cancellationToken);
    }

    public ValueTask SwapAsync(TaskId first, TaskId second, CancellationToken cancellationToken = default) =>
        first == second
            ? throw new ArgumentException($"Task {first} can't be swapped with itself.", nameof(second))
            : control.SwapAsync(first, second, cancellationToken);

    public ValueTask RemoveAsync(IReadOnlyList<TaskId> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        Check.Between(ids.Count, 0, Limits.BatchSize, "ids.Count");
        return ids.Count == 0 ? ValueTask.CompletedTask : control.RemoveAsync([.. ids], cancellationToken);
    }

    public async ValueTask<int> PruneAsync(RetentionPolicy policy, CancellationToken cancellationToken = default)
    {
        CheckRetention(policy);
        var deleted = 0;
        foreach (var state in Transitions.FinishedStates)
        {
            var progress = default(PruneProgress);
            while (!progress.IsLast)
            {
                progress = await control.PruneAsync(state, policy, progress.Through, cancellationToken).ConfigureAwait(false);
                deleted += progress.Deleted;
            }
        }

        // Behind the tasks, so that records whose time was over before go with them.
        while (policy.Approvals is { } keep && await store.Approvals.PruneAsync(keep, cancellationToken).ConfigureAwait(false))
        {
        }

        return deleted;
    }

    public ValueTask<QueueRepair> RepairAsync(CancellationToken cancellationToken = default) => control.RepairAsync(cancellationToken);

    private static string? CheckReason(string? reason) => Check.Note(reason, nameof(reason), Limits.ReasonLength);

    private static void CheckRetention(RetentionPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        foreach (var outcome in Enum.GetValues<TaskOutcome>())
        {
            if (policy.For(outcome) < TimeSpan.Zero)
            {
                throw new ArgumentOutOfRangeException(nameof(policy), policy.For(outcome), $"{outcome} must not be negative.");
            }
        }

        if (policy.Approvals < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(policy), policy.Approvals, $"{nameof(policy.Approvals)} must not be negative.");
        }
    }
}
