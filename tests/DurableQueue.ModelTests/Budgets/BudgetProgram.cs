using System.Globalization;

namespace DurableQueue.ModelTests.Budgets;

/// <summary>A random program over budgets and tasks, on two queues of one file, against <see cref="BudgetModel"/>.</summary>
internal sealed class BudgetProgram(QueueUnderTest queue, Random random) : SeededProgram
{
    private const int MostDrained = 50;
    private const string EstimatedUnit = "usd";

    private static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(40);

    private static readonly BudgetTarget[] Counted =
    [
        BudgetTarget.Group("g"), BudgetTarget.Group("h"), BudgetTarget.Type("t"), BudgetTarget.Type("u"),
        BudgetTarget.Value(BudgetModel.MetadataKey, "a"), BudgetTarget.Value(BudgetModel.MetadataKey, "b"),
    ];

    private static readonly BudgetTarget[] All =
        [.. Counted, BudgetTarget.EveryGroup, BudgetTarget.EveryType, BudgetTarget.EveryValue(BudgetModel.MetadataKey)];

    private readonly BudgetModel model = new() { Now = queue.Time.GetUtcNow() };
    private readonly List<(BudgetJob Job, Lease Lease)> leases = [];

    /// <summary>One for all: starts that have left a shorter window are not known to a longer one.</summary>
    private readonly TimeSpan rateWindow = TimeSpan.FromSeconds(random.Next(1, 30));

    protected override int Length => 200;

    public static Task RunAsync(int seed) => RunAsync(seed, (queue, random) => new BudgetProgram(queue, random));

    protected override async Task StepAsync()
    {
        switch (random.Next(30))
        {
            case < 5:
                await EnqueueAsync();
                break;
            case < 9:
                await SetAsync();
                break;
            case 9:
                await RemoveAsync();
                break;
            case < 14:
                await CheckoutAsync(random.Next(1, 5));
                break;
            case < 17:
                await DrainAsync();
                break;
            case < 21:
                await EndAsync();
                break;
            case < 25:
                await ChargeAsync();
                break;
            case 25:
                await ControlAsync();
                break;
            case 26:
                Say("reap");
                await queue.Tasks.ReapExpiredAsync();
                model.Reap();
                break;
            case 27:
                var again = random.Next(3) == 0;
                Say(again ? "reopen" : "switch");
                await (again ? queue.ReopenAsync() : queue.SwitchAsync());
                break;
            default:
                var passing = TimeSpan.FromMilliseconds(random.Next(10) == 0 ? random.Next(40_000_000) : random.Next(15) * 500);
                Say($"{passing} pass");
                queue.Time.Advance(passing);
                model.Now += passing;
                break;
        }
    }

    private async Task EnqueueAsync()
    {
        var tasks = Enumerable.Range(0, random.Next(1, 4)).Select(_ => new NewTask(random.Next(2) == 0 ? "t" : "u")
        {
            Group = random.Next(2) == 0 ? "g" : "h",
            Priority = random.Next(3),
            MaxAttempts = 1_000,
            Retry = RetryPolicy.Immediate,
            Metadata = random.Next(3) == 0 ? null : new Dictionary<string, string> { [BudgetModel.MetadataKey] = random.Next(2) == 0 ? "a" : "b" },
            EstimatedCost = random.Next(3) == 0 ? new Cost(random.Next(5) * 0.5m, EstimatedUnit) : null,
        }).ToList();
        foreach (var (task, id) in tasks.Zip(await queue.Tasks.EnqueueAsync(tasks)))
        {
            Say($"enqueue {id}: {task.Type} in {task.Group}, {task.Metadata?[BudgetModel.MetadataKey]}, priority {task.Priority}, estimate {task.EstimatedCost}");
            model.Jobs.Add(new BudgetJob(task) { Id = id });
        }
    }

    private async Task SetAsync()
    {
        var target = All[random.Next(All.Length)];
        var most = random.Next(7) * 0.75m;
        var unit = random.Next(5) == 0 ? "eur" : EstimatedUnit;
        var cost = random.Next(2) == 0 ? CostCap.PerDay(most, unit) : CostCap.Per(TimeSpan.FromSeconds(random.Next(1, 90)), most, unit);
        var policy = new BudgetPolicy
        {
            Rate = random.Next(2) == 0 ? new RateCap(random.Next(5), rateWindow) : null,
            Cost = random.Next(2) == 0 ? cost with { Estimate = random.Next(2) == 0 ? most / 3 : 0 } : null,
            WhenUsedUp = random.Next(6) == 0 ? BudgetAction.Fail : BudgetAction.Wait,
        };
        Say($"set {target}: {policy}");
        await queue.Tasks.Budgets.SetAsync(target, policy);
        model.Policies[target] = policy;
    }

    private async Task RemoveAsync()
    {
        var target = All[random.Next(All.Length)];
        Say($"remove {target}");
        Same("whether there was a policy", model.Policies.Remove(target), await queue.Tasks.Budgets.RemoveAsync(target));
    }

    /// <returns>How many started.</returns>
    private async Task<int> CheckoutAsync(int most)
    {
        model.Reap();
        var before = await ReadAsync();
        var taken = await queue.Tasks.CheckoutAsync(new CheckoutRequest { Worker = "w", LeaseDuration = LeaseDuration }, most);
        Say($"checkout {most}: {string.Join(' ', taken.Select(task => task.Id))}");
        var after = await ReadAsync();
        var refused = model.Jobs.FindAll(job => job.IsWaiting && after[job.Id].State == TaskState.Failed);
        refused.ForEach(job => job.Ended = true);

        // One that was parked gets its turn when it is let go, and what is let go for the next checkout is not in this one.
        bool IsPassedOver(BudgetJob job) => job.IsWaiting && !IsParked(before[job.Id]) && !IsParked(after[job.Id]) && model.MustStart(job);
        foreach (var task in taken)
        {
            var job = model.Jobs.Find(job => job.Id == task.Id)!;
            Same($"whether {job.Id} waits", true, job.IsWaiting);
            Same($"whether {job.Id} may start", true, model.MayStart(job));
            None($"passed over by {job.Id}", model.Jobs.Where(other => BudgetModel.IsAhead(other, job) && IsPassedOver(other)));
            model.Start(job, task.Lease);
            leases.Add((job, task.Lease));
        }

        if (taken.Count < most)
        {
            None("left behind", model.Jobs.Where(IsPassedOver));
        }

        None("parked with room", model.Jobs.Where(job => !IsParked(before[job.Id]) && IsParked(after[job.Id]) && model.MayStart(job)));
        foreach (var job in refused)
        {
            Say($"  refused {job.Id}: {after[job.Id].LastError}");
            Same("the refusal", true, BudgetRefusal.TryParse(after[job.Id].LastError, out var refusal) && model.MayBeRefused(job, refusal));
        }

        return taken.Count;
    }

    /// <summary>Until nothing starts any more: then nothing is left that could, parked or not.</summary>
    private async Task DrainAsync()
    {
        for (var i = 0; await CheckoutAsync(10) > 0; i++)
        {
            Same("an end of starts", true, i < MostDrained);
        }

        var infos = await ReadAsync();
        var waiting = model.Jobs.FindAll(job => job.IsWaiting);
        None("left behind at the end", waiting.Where(job => model.MustStart(job) && !waiting.Exists(other => IsInTheWay(other, job))));
        None("parked until a time that has passed", waiting.Where(job => IsParked(infos[job.Id]) && !(infos[job.Id].BudgetUntil > model.Now)));
        foreach (var group in (await queue.Tasks.Groups.ListAsync()).Where(group => group.Name.Length == 1))
        {
            Same($"whether group {group.Name} is over a budget", model.IsClosed(BudgetTarget.Group(group.Name)), group.OverBudget);
        }

        // A task keeps its place before those that wait for the same budget: parked, since its estimate does not fit, or let go, and held up by another budget,
        // which need not be one that it does not fit into: a type that is used up is closed to all of its tasks.
        bool IsInTheWay(BudgetJob other, BudgetJob job) => IsParked(infos[job.Id]) && BudgetModel.IsAhead(other, job)
            && !model.MustStart(other) && model.TargetsOf(other).Intersect(model.TargetsOf(job)).Any();
    }

    private async Task EndAsync()
    {
        if (Running() is not { } job)
        {
            return;
        }

        var how = random.Next(4);
        Say($"end {job.Id} by {how}");
        var lease = job.Lease!.Value;
        var kept = how switch
        {
            0 => await queue.Tasks.CompleteAsync(lease),
            1 => await queue.Tasks.ReleaseAsync(lease),
            _ => await queue.Tasks.FailAsync(lease, new TaskFailure("boom") { Permanent = how == 2 }),
        };
        Same("the lease", true, kept);
        model.End(job, reported => how != 1 && !reported, ends: how is 0 or 2);
    }

    /// <summary>Also of attempts that have ended, and of some keys twice.</summary>
    private async Task ChargeAsync()
    {
        if (leases.Count == 0)
        {
            return;
        }

        var (job, lease) = Running() is { } running && random.Next(4) > 0 ? (running, running.Lease!.Value) : leases[random.Next(leases.Count)];
        var cost = new Cost(random.Next(5) * 0.25m, random.Next(4) == 0 ? "eur" : EstimatedUnit);
        var key = random.Next(3).ToString(CultureInfo.InvariantCulture);
        Say($"charge {job.Id} with token {lease.Token} and key {key}: {cost}");
        Same("the charge", model.Charge(job, lease, key, cost), await queue.Tasks.Budgets.ChargeAsync(lease, cost, key));
    }

    private async Task ControlAsync()
    {
        var still = model.Jobs.FindAll(job => job.Lease is null);
        if (still.Count == 0)
        {
            return;
        }

        var job = still[random.Next(still.Count)];
        var state = (await ReadAsync())[job.Id].State;
        if (state is TaskState.Failed or TaskState.Cancelled)
        {
            Say($"retry {job.Id}");
            await queue.Tasks.Control.RetryAsync(job.Id);
            job.Ended = false;
        }
        else if (state == TaskState.Queued && random.Next(2) == 0)
        {
            Say($"cancel {job.Id}");
            await queue.Tasks.Control.CancelAsync(job.Id);
            (job.Ended, job.Forced) = (true, false);
        }
        else if (state == TaskState.Queued && !model.Jobs.Exists(other => other.Forced))
        {
            Say($"run {job.Id} now, over its budgets");
            await queue.Tasks.Control.RunNowOverBudgetAsync(job.Id);
            job.Forced = true;
        }
    }

    protected override async Task CompareAsync()
    {
        foreach (var target in Counted)
        {
            var status = await queue.Tasks.Budgets.GetAsync(target);
            Same($"{target} at {model.Now:O}", model.Read(target), (status.Rate, status.Cost));
        }

        if (random.Next(50) == 0)
        {
            Same("the self-check", "", string.Join('\n', (await queue.Tasks.Inspector.VerifyAsync()).Findings));
        }
    }

    protected override async Task CompareAtTheEndAsync()
    {
        foreach (var job in model.Jobs)
        {
            var stored = await queue.Tasks.Budgets.GetChargesAsync(job.Id);
            Same(
                $"the charges of {job.Id}",
                Lines(job.Charges.Select(DescribeCharge).Order(StringComparer.Ordinal)),
                Lines(stored.Select(charge => DescribeCharge(new ModelCharge(charge.Token, charge.Key, charge.Cost))).Order(StringComparer.Ordinal)));
        }

        var expected = model.Usage.Where(usage => usage.Amount > 0).Select(Describe).Order(StringComparer.Ordinal);
        var actual = (await queue.Tasks.Budgets.GetUsageAsync()).Select(Describe).Order(StringComparer.Ordinal);
        Same("what was spent", Lines(expected), Lines(actual));

        static string DescribeCharge(ModelCharge charge) =>
            string.Create(CultureInfo.InvariantCulture, $"{charge.Token} {charge.Key} {charge.Cost.Amount:0.##} {charge.Cost.Unit}");

        static string Describe(BudgetUsage usage) => string.Create(CultureInfo.InvariantCulture, $"{usage.Day:O} {usage.Target} {usage.Amount:0.##} {usage.Unit}");
    }

    private BudgetJob? Running()
    {
        var running = model.Jobs.FindAll(job => job.Lease is not null);
        return running.Count == 0 ? null : running[random.Next(running.Count)];
    }

    private async Task<Dictionary<TaskId, TaskInfo>> ReadAsync() =>
        (await queue.Tasks.Inspector.QueryAsync(new TaskQuery { Limit = 10_000 })).Tasks.ToDictionary(task => task.Id);

    private static bool IsParked(TaskInfo info) => info.Holds.HasFlag(TaskHolds.Budget);

    private static void None(string what, IEnumerable<BudgetJob> jobs) => Same(what, "", string.Join(' ', jobs.Select(job => job.Id)));
}
