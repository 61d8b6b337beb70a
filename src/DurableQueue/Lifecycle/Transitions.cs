using static DurableQueue.Lifecycle.TaskTrigger;
using static DurableQueue.TaskState;

namespace DurableQueue.Lifecycle;

/// <summary>The lifecycle: which trigger is allowed in which state, and where it leads. The docs and the tests read the same table.</summary>
internal static class Transitions
{
    /// <summary>Those in which nothing happens to a task by itself any more.</summary>
    public static IReadOnlyList<TaskState> FinishedStates { get; } = [Done, Failed, Cancelled];

    public static IReadOnlyList<Transition> Table { get; } =
    [
        Row(Queued, Checkout, "ready, its budgets have room, and its group has a free slot and is not paused, or it is urgent; or it is forced", CheckedOut, "attempt + 1, new token, lease set, running + 1, urgent mark cleared, start counted, estimate reserved, dedup key of scope UntilStarted freed"),
        Row(Queued, Cancel, "", Cancelled, TaskOutcome.Cancelled, "dependency cascade, dedup key freed"),
        Row(Queued, Stash, "", Queued, "hold Stashed set"),
        Row(Queued, Unstash, "", Queued, "hold Stashed cleared"),
        Row(Queued, Approve, "approval pending", Queued, "hold Approval cleared, decision recorded"),
        Row(Queued, Reject, "approval pending", Failed, TaskOutcome.Rejected, "decision recorded, dependency cascade, dedup key freed"),
        Row(Queued, ExpireApproval, "approval pending, its time is over", Failed, TaskOutcome.Rejected, "expiry recorded, dependency cascade, dedup key freed"),
        Row(Queued, Edit, "", Queued, "holds computed again; asks for an approval if a gate matches its new group, or if its payload was approved and is changed"),
        Row(Queued, Swap, "both queued, same group", Queued, "priority and position exchanged"),
        Row(Queued, RunNow, "no hold Dependencies or Approval", Queued, "holds NotBefore and Stashed cleared, urgent mark set"),
        Row(Queued, Park, "popped by a checkout, over a budget that lets it wait", Queued, "hold Budget set"),
        Row(Queued, LetGo, "its budget has room again, or another policy", Queued, "hold Budget cleared"),
        Row(Queued, Refuse, "popped by a checkout, over a budget that refuses", Failed, TaskOutcome.Failed, "no attempt; dependency cascade, dedup key freed"),
        Row(Queued, BreakDependency, "group not paused", Failed, TaskOutcome.DependencyFailed, "dependency cascade, dedup key freed"),
        Row(Queued, BreakDependency, "group paused", Queued, "doomed mark set"),
        Row(Queued, Remove, "no unfinished task outside the list waits for it", null, "dedup key freed"),
        Row(CheckedOut, Heartbeat, "token matches", CheckedOut, "lease renewed, also after its expiry"),
        Row(CheckedOut, Suspend, "token matches", CheckedOut, "waiting, running - 1"),
        Row(CheckedOut, Suspend, "token matches, cancel requested; refused for an adopted type", Cancelled, TaskOutcome.Killed, "running - 1, dependency cascade, dedup key freed"),
        Row(CheckedOut, Resume, "token matches", CheckedOut, "not waiting, running + 1 even above the limit"),
        Row(CheckedOut, TakeOver, "same machine and boot, the worker's process is gone; of an adopted type also: the worker has stopped, or the lease expired", CheckedOut, "new token, same attempt, new worker; if it was waiting: not waiting, running + 1 even above the limit"),
        Row(CheckedOut, Progress, "token matches", CheckedOut, "progress stored"),
        Row(CheckedOut, Checkpoint, "token matches", CheckedOut, "checkpoint stored, for later attempts"),
        Row(CheckedOut, RequestApproval, "token matches", CheckedOut, "request stored, or the run's equal one found"),
        Row(CheckedOut, Charge, "", CheckedOut, "cost counted, once per token and key; also with an older token, and in the finished states"),
        Row(CheckedOut, Complete, "token matches", Done, TaskOutcome.Succeeded, "result stored, running - 1, dependency cascade, dedup key freed"),
        Row(CheckedOut, Fail, "token matches, attempts left, not permanent", Queued, "error kept, hold NotBefore for the backoff, running - 1, dedup key of scope UntilStarted taken if free"),
        Row(CheckedOut, Fail, "token matches, attempts used up or permanent", Failed, TaskOutcome.Failed, "error kept, running - 1, group paused if it pauses on failure, dependency cascade, dedup key freed"),
        Row(CheckedOut, Fail, "token matches, cancel requested", Cancelled, TaskOutcome.Killed, "error kept, running - 1, dependency cascade, dedup key freed"),
        Row(CheckedOut, Release, "token matches", Queued, "attempt - 1, running - 1, hold NotBefore if a delay is given, dedup key of scope UntilStarted taken if free"),
        Row(CheckedOut, Release, "token matches, cancel requested", Cancelled, TaskOutcome.Killed, "running - 1, dependency cascade, dedup key freed"),
        Row(CheckedOut, Route, "token matches, type auto", Queued, "type and reason stored, attempt - 1, running - 1, urgent mark kept, hold Approval if a gate matches the type, dedup key of scope UntilStarted taken if free"),
        Row(CheckedOut, Route, "token matches, type auto, cancel requested", Cancelled, TaskOutcome.Killed, "running - 1, dependency cascade, dedup key freed"),
        Row(CheckedOut, Reap, "lease expired, no adopted type, attempts left", Queued, "error kept, running - 1, no backoff, dedup key of scope UntilStarted taken if free"),
        Row(CheckedOut, Reap, "lease expired, no adopted type, attempts used up", Failed, TaskOutcome.Abandoned, "error kept, running - 1, group paused if it pauses on failure, dependency cascade, dedup key freed"),
        Row(CheckedOut, Reap, "lease expired, no adopted type, cancel requested", Cancelled, TaskOutcome.Killed, "running - 1, dependency cascade, dedup key freed"),
        Row(CheckedOut, Cancel, "", CheckedOut, "cancel requested, worker told, dedup key freed"),
        .. Finished(Done),
        .. Finished(Failed),
        .. Finished(Cancelled),
    ];

    private static readonly HashSet<(TaskState, TaskTrigger)> Allowed = [.. Table.Select(row => (row.From, row.Trigger))];

    /// <summary>Whether the table has a row for the trigger in this state.</summary>
    public static bool Allows(TaskState state, TaskTrigger trigger) => Allowed.Contains((state, trigger));

    /// <summary>Refuses a trigger that the table does not have in this state.</summary>
    public static void Require(TaskId id, TaskState state, TaskTrigger trigger)
    {
        if (!Allows(state, trigger))
        {
            throw new TaskStateException(id, state, $"Task {id} is {state}; {Describe(trigger)} needs a task that is {States(trigger)}.");
        }
    }

    /// <summary>How an attempt ends that did not complete: the one place that decides between another try, failure and kill.</summary>
    public static AttemptEnd EndAttempt(TaskTrigger trigger, bool cancelRequested, bool attemptsLeft, TaskOutcome failure)
    {
        if (cancelRequested)
        {
            return new AttemptEnd(Cancelled, TaskOutcome.Killed);
        }

        return trigger switch
        {
            Release or Route => new AttemptEnd(Queued, TaskOutcome.None),
            Fail or Reap => attemptsLeft ? new AttemptEnd(Queued, TaskOutcome.None) : new AttemptEnd(Failed, failure),
            _ => throw new ArgumentOutOfRangeException(nameof(trigger), trigger, "Does not end an attempt."),
        };
    }

    private static Transition[] Finished(TaskState state) =>
    [
        Row(state, Cancel, "", state, "nothing; answers AlreadyFinished"),
        Row(state, Retry, "no dependency broken, dedup key free", Queued, "attempt 0, holds computed again, finish record withdrawn, dedup key taken; may bring dependents back"),
        Row(state, Remove, "no unfinished task outside the list waits for it", null, "dedup key freed"),
        Row(state, Prune, "older than its retention, no unfinished task waits for it", null, "a dedup key of scope Forever stays"),
    ];

    private static Transition Row(TaskState from, TaskTrigger trigger, string when, TaskState? to, string effects) =>
        new(from, trigger, when, to, TaskOutcome.None, effects);

    private static Transition Row(TaskState from, TaskTrigger trigger, string when, TaskState? to, TaskOutcome outcome, string effects) =>
        new(from, trigger, when, to, outcome, effects);

    private static string Describe(TaskTrigger trigger) => trigger switch
    {
        RunNow => "run now",
        RequestApproval => "request approval",
        _ => trigger.ToString().ToLowerInvariant(),
    };

    private static string States(TaskTrigger trigger) =>
        string.Join(" or ", Table.Where(row => row.Trigger == trigger).Select(row => row.From).Distinct());
}
