namespace DurableQueue.ModelTests.Approvals;

/// <summary>What approvals promise, in memory: one decision a request, and one request for what is the same.</summary>
internal sealed class ApprovalModel
{
    private long lastTask;
    private long lastRequest;

    public DateTimeOffset Now { get; set; }

    /// <summary>By name.</summary>
    public SortedDictionary<string, ApprovalGate> Gates { get; } = new(StringComparer.Ordinal);

    public List<GatedTask> Tasks { get; } = [];

    /// <summary>In the order of asking.</summary>
    public List<ModelRequest> Requests { get; } = [];

    public GatedTask Enqueue(string group, string payload, ApprovalTerms? own)
    {
        var task = new GatedTask(++lastTask, group, payload, own);
        Tasks.Add(task);
        AskIfNeeded(task, changed: false);
        return task;
    }

    public static void Start(GatedTask task, Lease lease) => (task.State, task.Lease, task.Attempt) = (TaskState.CheckedOut, lease, task.Attempt + 1);

    /// <summary>A handler asks; the same again is the same request, also in a later attempt.</summary>
    public ModelRequest Ask(GatedTask task, string what, string arguments, string? key, ApprovalTerms terms) =>
        Requests.Find(request => request.Task == task.Id && request is { InRun: true, Outdated: false }
            && (request.What, request.Arguments, request.Key) == (what, arguments, key))
        ?? Add(new ModelRequest(++lastRequest, task.Id, InRun: true, what, key)
        {
            Group = task.Group,
            Arguments = arguments,
            Attempt = task.Attempt,
            Approvers = terms.Approvers,
            AskedAt = Now,
            Lifetime = terms.ExpiresAfter,
        });

    /// <returns>Why it is refused; <see langword="null"/> if it is done.</returns>
    public Type? Decide(ModelRequest request, bool approve, string by)
    {
        if (!request.IsPending || request.ExpiresAt <= Now)
        {
            return typeof(ApprovalStateException);
        }

        if (request.Approvers is { } approvers && !approvers.Contains(by))
        {
            return typeof(ApproverNotAllowedException);
        }

        Close(request, approve ? ApprovalStatus.Approved : ApprovalStatus.Rejected, by);
        if (!request.InRun)
        {
            var task = Of(request);
            request.Arguments = task.Payload;
            AfterDecision(task, approve);
        }

        return null;
    }

    /// <summary>What every checkout and every reap does first.</summary>
    public void Sweep()
    {
        foreach (var task in Tasks.Where(task => task.Lease?.ExpiresAt <= Now))
        {
            Requeue(task, counts: true);
        }

        // In the order of their ends: one before a run ends its task, and with it what the task had asked for besides.
        foreach (var request in Requests.FindAll(request => request.ExpiresAt <= Now).OrderBy(request => request.ExpiresAt).Where(request => request.IsPending))
        {
            Close(request, ApprovalStatus.Expired, by: null);
            if (!request.InRun)
            {
                AfterDecision(Of(request), approved: false);
            }
        }
    }

    public static void Requeue(GatedTask task, bool counts) =>
        (task.State, task.Lease, task.Attempt) = (TaskState.Queued, null, task.Attempt - (counts ? 0 : 1));

    /// <summary>Whatever the end is: nobody needs to decide any more.</summary>
    public void End(GatedTask task, TaskState state, TaskOutcome outcome)
    {
        (task.State, task.Outcome, task.Lease, task.IsHeld) = (state, outcome, null, false);
        Withdraw(request => request.Task == task.Id);
    }

    /// <summary>A new run begins: it asks anew for what its handler asks, and before it only for what nobody has approved.</summary>
    public void Retry(GatedTask task)
    {
        foreach (var request in Requests.Where(request => request.Task == task.Id && request.InRun))
        {
            request.Outdated = true;
        }

        (task.State, task.Outcome, task.Attempt) = (TaskState.Queued, TaskOutcome.None, 0);
        AskIfNeeded(task, changed: false);
    }

    public void Edit(GatedTask task, string? group, string? payload)
    {
        var moved = group is not null && group != task.Group;
        (task.Group, task.Payload) = (group ?? task.Group, payload ?? task.Payload);
        if (moved || payload is not null)
        {
            AskIfNeeded(task, changed: payload is not null);
        }

        foreach (var request in Requests.Where(request => request.Task == task.Id && request.IsPending))
        {
            request.Group = task.Group;
        }
    }

    public void Remove(GatedTask task)
    {
        End(task, task.State, task.Outcome);
        Tasks.Remove(task);
        foreach (var request in Requests.Where(request => request.Task == task.Id))
        {
            request.TaskGone = true;
        }
    }

    public void Prune(TimeSpan keep) => Requests.RemoveAll(request => request.TaskGone && request.DecidedAt <= Now - keep);

    /// <summary>Asks before the run, unless somebody has approved all that is asked for, or is being asked for it.</summary>
    private void AskIfNeeded(GatedTask task, bool changed)
    {
        var gates = Gates.Values.Where(gate => gate.Group == task.Group).ToList();
        if (task.Own is null && task.BeforeRun is null && gates.Count == 0)
        {
            return;
        }

        if (task.BeforeRun is { } last && gates.TrueForAll(gate => last.Gates.Contains(gate.Name))
            && (last.IsPending || (last.Status == ApprovalStatus.Approved && !changed)))
        {
            return;
        }

        Withdraw(request => request == task.BeforeRun);
        List<ApprovalTerms> terms = [.. gates];
        if (task.Own is not null)
        {
            terms.Add(task.Own);
        }

        // Out of all gates that had asked, it is still as they asked.
        var before = terms.Count == 0 ? task.BeforeRun : null;
        task.BeforeRun = Add(new ModelRequest(++lastRequest, task.Id, InRun: false, "t", Key: null)
        {
            Group = task.Group,
            Gates = [.. gates.Select(gate => gate.Name)],
            Approvers = before is not null ? before.Approvers : AllowedByAll(terms),
            AskedAt = Now,
            Lifetime = before is not null ? before.Lifetime : terms.Min(one => one.ExpiresAfter),
        });
        task.IsHeld = true;
    }

    private static List<string>? AllowedByAll(List<ApprovalTerms> terms)
    {
        var named = terms.FindAll(one => one.Approvers is not null);
        return named.Count == 0 ? null : named[0].Approvers!.Where(name => named.TrueForAll(one => one.Approvers!.Contains(name))).ToList();
    }

    private void AfterDecision(GatedTask task, bool approved)
    {
        if (approved)
        {
            task.IsHeld = false;
        }
        else
        {
            End(task, TaskState.Failed, TaskOutcome.Rejected);
        }
    }

    private void Withdraw(Predicate<ModelRequest> which)
    {
        foreach (var request in Requests.FindAll(request => request.IsPending && which(request)))
        {
            Close(request, ApprovalStatus.Withdrawn, by: null);
        }
    }

    private void Close(ModelRequest request, ApprovalStatus status, string? by) =>
        (request.Status, request.DecidedBy, request.DecidedAt) = (status, by, Now);

    private ModelRequest Add(ModelRequest request)
    {
        Requests.Add(request);
        return request;
    }

    private GatedTask Of(ModelRequest request) => Tasks.Find(task => task.Id == request.Task)!;
}
