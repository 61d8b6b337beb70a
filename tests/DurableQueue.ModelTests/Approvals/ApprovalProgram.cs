using System.Globalization;
using System.Text;

namespace DurableQueue.ModelTests.Approvals;

/// <summary>A random program over gates, requests and decisions, on two queues of one file, against <see cref="ApprovalModel"/>.</summary>
internal sealed class ApprovalProgram(QueueUnderTest queue, Random random) : SeededProgram
{
    private static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(40);
    private static readonly string[] Groups = ["g", "h", "k"];
    private static readonly string[] Names = ["ann", "bob", "cyd"];

    private readonly ApprovalModel model = new() { Now = queue.Time.GetUtcNow() };
    private readonly List<(GatedTask Task, Lease Lease)> leases = [];

    protected override int Length => 200;

    public static Task RunAsync(int seed) => RunAsync(seed, (queue, random) => new ApprovalProgram(queue, random));

    protected override Task StepAsync() => random.Next(32) switch
    {
        < 4 => EnqueueAsync(),
        < 6 => SetGateAsync(),
        6 => RemoveGateAsync(),
        < 11 => CheckoutAsync(),
        < 16 => AskAsync(),
        < 21 => DecideAsync(),
        < 24 => EndAsync(),
        24 => EditAsync(),
        25 => CancelAsync(),
        < 28 => RetryAsync(),
        28 => RemoveAsync(),
        29 => SweepAsync(),
        30 => SwitchAsync(),
        _ => PassAsync(),
    };

    private async Task EnqueueAsync()
    {
        var (group, payload, own) = (Pick(Groups), $"p{random.Next(100)}", random.Next(3) == 0 ? Terms() : null);
        var id = await queue.Tasks.EnqueueAsync(new NewTask("t", Encoding.UTF8.GetBytes(payload))
        {
            Group = group,
            Approval = own,
            MaxAttempts = 1_000,
            Retry = RetryPolicy.Immediate,
        });
        Say($"enqueue {id} in {group}, own {Describe(own)}");
        Same("the id", model.Enqueue(group, payload, own).Id, id.Value);
    }

    private async Task SetGateAsync()
    {
        var terms = Terms();
        var gate = new ApprovalGate(Pick(["one", "two", "three"])) { Group = Pick(Groups), ExpiresAfter = terms.ExpiresAfter, Approvers = terms.Approvers };
        Say($"gate {gate.Name} for {gate.Group}: {Describe(gate)}");
        await queue.Tasks.Approvals.SetGateAsync(gate);
        model.Gates[gate.Name] = gate;
    }

    private async Task RemoveGateAsync()
    {
        var name = Pick(["one", "two", "three"]);
        Say($"remove gate {name}");
        Same("whether there was one", model.Gates.Remove(name), await queue.Tasks.Approvals.RemoveGateAsync(name));
    }

    private async Task CheckoutAsync()
    {
        var most = random.Next(1, 4);
        var taken = await queue.Tasks.CheckoutAsync(new CheckoutRequest { Worker = "w", LeaseDuration = LeaseDuration }, most);
        Say($"checkout {most}: {string.Join(' ', taken.Select(task => task.Id))}");
        model.Sweep();
        var ready = model.Tasks.FindAll(task => task is { State: TaskState.Queued, IsHeld: false });
        Same("how many", Math.Min(most, ready.Count), taken.Count);
        foreach (var leased in taken)
        {
            var task = ready.Find(task => task.Id == leased.Id.Value);
            Same($"whether {leased.Id} may start", true, task is not null);
            ApprovalModel.Start(task!, leased.Lease);
            leases.Add((task!, leased.Lease));
        }
    }

    /// <summary>Also with leases that are over.</summary>
    private async Task AskAsync()
    {
        if (leases.Count == 0)
        {
            return;
        }

        var (task, lease) = Running() is { } running && random.Next(5) > 0 ? (running, running.Lease!.Value) : Pick(leases);
        var (what, arguments, key, terms) = (Pick(["Bash", "Mail"]), Pick(["", "1"]), random.Next(2) == 0 ? "k" : null, Terms());
        var options = new ApprovalOptions { Key = key, ExpiresAfter = terms.ExpiresAfter, Approvers = terms.Approvers };
        var asked = await queue.Tasks.Approvals.RequestAsync(lease, what, arguments, options);
        Say($"{task.Id} with token {lease.Token} asks for {what} {arguments} {key}: {asked?.Id}");
        var holds = task.Lease?.Token == lease.Token;
        Same("the request", holds ? model.Ask(task, what, arguments, key, terms).Id : null, asked?.Id.Value);
    }

    private async Task DecideAsync()
    {
        if (model.Requests.Count == 0)
        {
            return;
        }

        var pending = model.Requests.FindAll(request => request.IsPending);
        var request = pending.Count > 0 && random.Next(5) > 0 ? Pick(pending) : Pick(model.Requests);
        var (approve, by) = (random.Next(3) > 0, Pick(Names));
        Say($"{by} {(approve ? "approves" : "rejects")} {request.Id}");
        Type? refused = null;
        try
        {
            var id = new ApprovalId(request.Id);
            await (approve ? queue.Tasks.Approvals.ApproveAsync(id, by, "note") : queue.Tasks.Approvals.RejectAsync(id, by, "reason"));
        }
        catch (DurableQueueException e)
        {
            refused = e.GetType();
        }

        Same("the answer", model.Decide(request, approve, by), refused);
    }

    private async Task EndAsync()
    {
        if (Running() is not { } task)
        {
            return;
        }

        var how = random.Next(5);
        Say($"end {task.Id} by {how}");
        var lease = task.Lease!.Value;
        Same("the lease", true, how switch
        {
            0 => await queue.Tasks.CompleteAsync(lease),
            1 => await queue.Tasks.FailAsync(lease, new TaskFailure("boom") { Permanent = true }),
            2 => await queue.Tasks.FailAsync(lease, new TaskFailure("boom")),
            _ => await queue.Tasks.ReleaseAsync(lease),
        });
        switch (how)
        {
            case 0:
                model.End(task, TaskState.Done, TaskOutcome.Succeeded);
                break;
            case 1:
                model.End(task, TaskState.Failed, TaskOutcome.Failed);
                break;
            default:
                ApprovalModel.Requeue(task, counts: how == 2);
                break;
        }
    }

    private async Task EditAsync()
    {
        if (Any(task => task.State == TaskState.Queued) is not { } task)
        {
            return;
        }

        var (group, payload) = (random.Next(2) == 0 ? Pick(Groups) : null, random.Next(2) == 0 ? $"p{random.Next(100)}" : null);
        Say($"edit {task.Id}: group {group}, payload {payload}");
        await queue.Tasks.Control.EditAsync(new TaskId(task.Id), new TaskEdit
        {
            Group = group,
            Payload = payload is null ? default(ReadOnlyMemory<byte>?) : Encoding.UTF8.GetBytes(payload),
            Label = "edited",
        });
        model.Edit(task, group, payload);
    }

    private async Task CancelAsync()
    {
        if (Any(task => task.State == TaskState.Queued) is { } task)
        {
            Say($"cancel {task.Id}");
            await queue.Tasks.Control.CancelAsync(new TaskId(task.Id));
            model.End(task, TaskState.Cancelled, TaskOutcome.Cancelled);
        }
    }

    private async Task RetryAsync()
    {
        if (Any(task => task.State is TaskState.Failed or TaskState.Cancelled) is { } task)
        {
            Say($"retry {task.Id}");
            await queue.Tasks.Control.RetryAsync(new TaskId(task.Id));
            model.Retry(task);
        }
    }

    private async Task RemoveAsync()
    {
        if (Any(task => task.Lease is null) is { } task)
        {
            Say($"remove {task.Id}");
            await queue.Tasks.Control.RemoveAsync([new TaskId(task.Id)]);
            model.Remove(task);
        }

        var keep = TimeSpan.FromSeconds(random.Next(100));
        Say($"prune records after {keep}");
        await queue.Tasks.Control.PruneAsync(new RetentionPolicy { Approvals = keep });
        model.Prune(keep);
    }

    private async Task SweepAsync()
    {
        Say("reap");
        await queue.Tasks.ReapExpiredAsync();
        model.Sweep();
    }

    private Task SwitchAsync()
    {
        var again = random.Next(3) == 0;
        Say(again ? "reopen" : "switch");
        return again ? queue.ReopenAsync() : queue.SwitchAsync();
    }

    private Task PassAsync()
    {
        var passing = TimeSpan.FromMilliseconds(random.Next(30) * 1_000);
        Say($"{passing} pass");
        queue.Time.Advance(passing);
        model.Now += passing;
        return Task.CompletedTask;
    }

    protected override async Task CompareAsync()
    {
        var stored = new List<string>();
        await foreach (var request in queue.Tasks.Approvals.ReadAsync())
        {
            stored.Add(Describe(request));
        }

        Same("the requests", Lines(model.Requests.Select(Describe)), Lines(stored));
        var infos = (await queue.Tasks.Inspector.QueryAsync(new TaskQuery { Limit = 10_000 })).Tasks.OrderBy(info => info.Id.Value);
        Same(
            "the tasks",
            Lines(model.Tasks.Select(task => $"{task.Id} {task.Group} {task.State} {task.Outcome} held {task.IsHeld} attempt {task.Attempt}")),
            Lines(infos.Select(info => $"{info.Id} {info.Group} {info.State} {info.Outcome} held {info.Holds == TaskHolds.Approval} attempt {info.Attempt}")));
        if (random.Next(50) == 0)
        {
            Same("the self-check", "", string.Join('\n', (await queue.Tasks.Inspector.VerifyAsync()).Findings));
        }
    }

    private static string Describe(ModelRequest request) => Describe(
        request.Id, request.Task, request.InRun, request.What, request.Arguments, request.Key, request.Attempt, request.Group, request.Gates, request.Approvers, request.ExpiresAt,
        request.Status, request.DecidedBy, request.DecidedAt, request.Outdated, request.TaskGone);

    private static string Describe(ApprovalInfo request) => Describe(
        request.Id.Value, request.TaskId.Value, request.InRun, request.What, request.Arguments, request.Key, request.Attempt, request.Group, request.Gates, request.Approvers,
        request.ExpiresAt, request.Status, request.DecidedBy, request.DecidedAt, request.Outdated, request.TaskGone);

    private static string Describe(
        long id, long task, bool inRun, string what, string arguments, string? key, int attempt, string group, IEnumerable<string> gates, IEnumerable<string>? approvers,
        DateTimeOffset? expiresAt, ApprovalStatus status, string? by, DateTimeOffset? at, bool outdated, bool gone) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{id} of {task} in {group}, {(inRun ? "in" : "before")} run {attempt}: {what}({arguments}) key {key}, gates {string.Join('+', gates)}, "
            + $"approvers {(approvers is null ? "any" : string.Join('+', approvers.Order()))}, until {expiresAt:O}, {status} by {by} at {at:O}, outdated {outdated}, gone {gone}");

    private static string Describe(ApprovalTerms? terms) =>
        terms is null ? "none" : $"{(terms.Approvers is null ? "any" : string.Join('+', terms.Approvers))} within {terms.ExpiresAfter}";

    private ApprovalTerms Terms() => new()
    {
        ExpiresAfter = random.Next(2) == 0 ? TimeSpan.FromSeconds(random.Next(1, 90)) : null,
        Approvers = random.Next(3) == 0 ? [.. Names.Where(_ => random.Next(2) == 0).DefaultIfEmpty("ann")] : null,
    };

    private GatedTask? Running() => Any(task => task.Lease is not null);

    private GatedTask? Any(Predicate<GatedTask> which)
    {
        var found = model.Tasks.FindAll(which);
        return found.Count == 0 ? null : Pick(found);
    }

    private T Pick<T>(IReadOnlyList<T> values) => values[random.Next(values.Count)];
}
