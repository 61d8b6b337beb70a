using Xunit;

namespace DurableQueue.Conformance;

/// <summary>Every limit, just inside and just outside. What is outside is refused by name, and nothing is written.</summary>
public abstract class LimitsConformance : ConformanceTest
{
    private const int PayloadLimit = 16 * 1024 * 1024;

    private static readonly byte[] TooMuch = new byte[PayloadLimit + 1];

    private static readonly DateTimeOffset Epoch = new(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);

    private static readonly Dictionary<string, NewTask> GoodTasks = new()
    {
        ["type of 1"] = new NewTask("a"),
        ["type of 128"] = new NewTask(new string('a', 128)),
        ["type of all allowed characters"] = new NewTask("azAZ09._:/-"),
        ["group of 128"] = new NewTask("a") { Group = new string('g', 128) },
        ["group of all allowed characters"] = new NewTask("a") { Group = "azAZ09._:/-" },
        ["label of 512"] = new NewTask("a") { Label = new string('l', 512) },
        ["label with emoji"] = new NewTask("a") { Label = "🎈🧵 done" },
        ["label of 256 emoji"] = new NewTask("a") { Label = string.Concat(Enumerable.Repeat("🎈", 256)) },
        ["label right to left, combining and joined"] = new NewTask("a") { Label = "שלום é 👩‍👩‍👧 '\"\\;--" },
        ["dedup key of 512"] = new NewTask("a") { DedupKey = new string('k', 512) },
        ["payload of 16 MiB"] = new NewTask("a", TooMuch.AsMemory(0, PayloadLimit)),
        ["delay of 100 years"] = new NewTask("a") { Delay = TimeSpan.FromDays(36_525) },
        ["delay of 7,900 years"] = new NewTask("a") { Delay = TimeSpan.FromDays(365 * 7_900) },
        ["delay of 0"] = new NewTask("a") { Delay = TimeSpan.Zero },
        ["not before the end of 9999"] = new NewTask("a") { NotBefore = new DateTimeOffset(9999, 12, 31, 0, 0, 0, TimeSpan.Zero) },
        ["not before year 1"] = new NewTask("a") { NotBefore = DateTimeOffset.MinValue },
        ["1 attempt"] = new NewTask("a") { MaxAttempts = 1 },
        ["a million attempts"] = new NewTask("a") { MaxAttempts = 1_000_000 },
        ["timeout of 1 ms"] = new NewTask("a") { Timeout = TimeSpan.FromMilliseconds(1) },
        ["timeout of 365 days"] = new NewTask("a") { Timeout = TimeSpan.FromDays(365) },
        ["lease of 100 ms"] = new NewTask("a") { LeaseDuration = TimeSpan.FromMilliseconds(100) },
        ["lease of 24 h"] = new NewTask("a") { LeaseDuration = TimeSpan.FromHours(24) },
        ["64 metadata entries"] = new NewTask("a") { Metadata = Entries(64) },
        ["metadata key of 128"] = new NewTask("a") { Metadata = Entry(new string('k', 128), "v") },
        ["metadata value of 4,096"] = new NewTask("a") { Metadata = Entry("k", new string('v', 4_096)) },
        ["no metadata entry"] = new NewTask("a") { Metadata = Entries(0) },
        ["retry at the lower limits"] = new NewTask("a") { Retry = RetryPolicy.Immediate with { Factor = 1 } },
        ["retry at the upper limits"] = new NewTask("a")
        {
            Retry = new RetryPolicy { InitialDelay = TimeSpan.FromDays(365), MaxDelay = TimeSpan.FromDays(365), Factor = 100, Jitter = 1 },
        },
    };

    private static readonly Dictionary<string, (string Property, NewTask Task)> BadTasks = new()
    {
        ["null type"] = ("Type", new NewTask(null!)),
        ["empty type"] = ("Type", new NewTask("")),
        ["type of 129"] = ("Type", new NewTask(new string('a', 129))),
        ["type with a quote and a semicolon"] = ("Type", new NewTask("a'; drop table task; --")),
        ["type with a space"] = ("Type", new NewTask("a b")),
        ["type with a backslash"] = ("Type", new NewTask("a\\b")),
        ["type with a letter that is not ASCII"] = ("Type", new NewTask("grün")),
        ["type with a digit that is not ASCII"] = ("Type", new NewTask("a٣")),
        ["type with a line break at its end"] = ("Type", new NewTask("a\n")),
        ["type with NUL"] = ("Type", new NewTask("a\0b")),
        ["null group"] = ("Group", new NewTask("a") { Group = null! }),
        ["empty group"] = ("Group", new NewTask("a") { Group = "" }),
        ["group of 129"] = ("Group", new NewTask("a") { Group = new string('g', 129) }),
        ["group with a quote"] = ("Group", new NewTask("a") { Group = "it's" }),
        ["group with a line break at its end"] = ("Group", new NewTask("a") { Group = "lane\n" }),
        ["label of 513"] = ("Label", new NewTask("a") { Label = new string('l', 513) }),
        ["label with a line break"] = ("Label", new NewTask("a") { Label = "a\nb" }),
        ["label with a tab"] = ("Label", new NewTask("a") { Label = "a\tb" }),
        ["label with NUL"] = ("Label", new NewTask("a") { Label = "a\0" }),
        ["label with escape"] = ("Label", new NewTask("a") { Label = "\u001b[31mred" }),
        ["label with delete"] = ("Label", new NewTask("a") { Label = "a\u007f" }),
        ["label with a C1 control"] = ("Label", new NewTask("a") { Label = "a\u0085b" }),
        ["label with a lone high surrogate"] = ("Label", new NewTask("a") { Label = "a\ud83c" }),
        ["label with a lone low surrogate"] = ("Label", new NewTask("a") { Label = "\udf88a" }),
        ["label with surrogates swapped"] = ("Label", new NewTask("a") { Label = "\udf88\ud83c" }),
        ["dedup key of 513"] = ("DedupKey", new NewTask("a") { DedupKey = new string('k', 513) }),
        ["unknown dedup scope"] = ("DedupScope", new NewTask("a") { DedupKey = "k", DedupScope = (DedupScope)7 }),
        ["payload of 16 MiB + 1"] = ("Payload", new NewTask("a", TooMuch)),
        ["negative delay"] = ("Delay", new NewTask("a") { Delay = TimeSpan.FromMilliseconds(-1) }),
        ["delay of 8,000 years"] = ("Delay", new NewTask("a") { Delay = TimeSpan.FromDays(8_000 * 365.25) }),
        ["longest delay there is"] = ("Delay", new NewTask("a") { Delay = TimeSpan.MaxValue }),
        ["shortest delay there is"] = ("Delay", new NewTask("a") { Delay = TimeSpan.MinValue }),
        ["delay and not before"] = ("NotBefore", new NewTask("a") { Delay = TimeSpan.FromHours(1), NotBefore = Epoch.AddHours(1) }),
        ["no attempt"] = ("MaxAttempts", new NewTask("a") { MaxAttempts = 0 }),
        ["negative attempts"] = ("MaxAttempts", new NewTask("a") { MaxAttempts = -1 }),
        ["timeout of 0"] = ("Timeout", new NewTask("a") { Timeout = TimeSpan.Zero }),
        ["negative timeout"] = ("Timeout", new NewTask("a") { Timeout = TimeSpan.FromSeconds(-1) }),
        ["infinite timeout"] = ("Timeout", new NewTask("a") { Timeout = System.Threading.Timeout.InfiniteTimeSpan }),
        ["timeout of 366 days"] = ("Timeout", new NewTask("a") { Timeout = TimeSpan.FromDays(366) }),
        ["lease of 0"] = ("LeaseDuration", new NewTask("a") { LeaseDuration = TimeSpan.Zero }),
        ["negative lease"] = ("LeaseDuration", new NewTask("a") { LeaseDuration = TimeSpan.FromSeconds(-30) }),
        ["lease of 99 ms"] = ("LeaseDuration", new NewTask("a") { LeaseDuration = TimeSpan.FromMilliseconds(99) }),
        ["lease of 24 h + 1 ms"] = ("LeaseDuration", new NewTask("a") { LeaseDuration = new TimeSpan(0, 24, 0, 0, 1) }),
        ["65 metadata entries"] = ("Metadata", new NewTask("a") { Metadata = Entries(65) }),
        ["metadata key of 129"] = ("Metadata", new NewTask("a") { Metadata = Entry(new string('k', 129), "v") }),
        ["metadata value of 4,097"] = ("Metadata", new NewTask("a") { Metadata = Entry("k", new string('v', 4_097)) }),
        ["null metadata value"] = ("Metadata", new NewTask("a") { Metadata = Entry("k", null!) }),
        ["null dependencies"] = ("After", new NewTask("a") { After = null! }),
        ["negative first wait"] = ("InitialDelay", new NewTask("a") { Retry = new RetryPolicy { InitialDelay = TimeSpan.FromTicks(-1) } }),
        ["first wait of 366 days"] = ("InitialDelay", new NewTask("a") { Retry = new RetryPolicy { InitialDelay = TimeSpan.FromDays(366) } }),
        ["negative longest wait"] = ("MaxDelay", new NewTask("a") { Retry = new RetryPolicy { MaxDelay = TimeSpan.FromTicks(-1) } }),
        ["longest wait of 366 days"] = ("MaxDelay", new NewTask("a") { Retry = new RetryPolicy { MaxDelay = TimeSpan.FromDays(366) } }),
        ["shrinking factor"] = ("Factor", new NewTask("a") { Retry = new RetryPolicy { Factor = 0.99 } }),
        ["factor of 101"] = ("Factor", new NewTask("a") { Retry = new RetryPolicy { Factor = 101 } }),
        ["factor that is no number"] = ("Factor", new NewTask("a") { Retry = new RetryPolicy { Factor = double.NaN } }),
        ["negative jitter"] = ("Jitter", new NewTask("a") { Retry = new RetryPolicy { Jitter = -0.1 } }),
        ["jitter above 1"] = ("Jitter", new NewTask("a") { Retry = new RetryPolicy { Jitter = 1.1 } }),
        ["jitter that is no number"] = ("Jitter", new NewTask("a") { Retry = new RetryPolicy { Jitter = double.NaN } }),
    };

    private static readonly Dictionary<string, (string Property, CheckoutRequest Request, int MaxTasks)> BadCheckouts = new()
    {
        ["null worker"] = ("Worker", new CheckoutRequest { Worker = null! }, 1),
        ["empty worker"] = ("Worker", new CheckoutRequest { Worker = "" }, 1),
        ["worker of 257"] = ("Worker", new CheckoutRequest { Worker = new string('w', 257) }, 1),
        ["lease of 0"] = ("LeaseDuration", Worker() with { LeaseDuration = TimeSpan.Zero }, 1),
        ["negative lease"] = ("LeaseDuration", Worker() with { LeaseDuration = TimeSpan.FromSeconds(-1) }, 1),
        ["lease of 99 ms"] = ("LeaseDuration", Worker() with { LeaseDuration = TimeSpan.FromMilliseconds(99) }, 1),
        ["lease of 24 h + 1 ms"] = ("LeaseDuration", Worker() with { LeaseDuration = new TimeSpan(0, 24, 0, 0, 1) }, 1),
        ["no task"] = ("maxTasks", Worker(), 0),
        ["negative tasks"] = ("maxTasks", Worker(), -1),
        ["10,001 tasks"] = ("maxTasks", Worker(), 10_001),
        ["null request"] = ("request", null!, 1),
    };

    private static readonly Dictionary<string, (string Argument, Func<ITaskQueue, Lease, ValueTask> Call)> BadLeaseCalls = new()
    {
        ["result of 16 MiB + 1"] = ("result", async (queue, lease) => await queue.CompleteAsync(lease, TooMuch)),
        ["checkpoint of 16 MiB + 1"] = ("checkpoint", async (queue, lease) => await queue.CheckpointAsync(lease, TooMuch)),
        ["null failure"] = ("failure", async (queue, lease) => await queue.FailAsync(lease, null!)),
        ["null error"] = ("Error", async (queue, lease) => await queue.FailAsync(lease, new TaskFailure(null!))),
        ["negative retry after"] = ("RetryAfter", async (queue, lease) =>
            await queue.FailAsync(lease, new TaskFailure("e") { RetryAfter = TimeSpan.FromMilliseconds(-1) })),
        ["endless retry after"] = ("RetryAfter", async (queue, lease) =>
            await queue.FailAsync(lease, new TaskFailure("e") { RetryAfter = TimeSpan.MaxValue })),
        ["negative snooze"] = ("delay", async (queue, lease) => await queue.ReleaseAsync(lease, TimeSpan.FromMilliseconds(-1))),
        ["endless snooze"] = ("delay", async (queue, lease) => await queue.ReleaseAsync(lease, TimeSpan.MaxValue)),
        ["progress below 0"] = ("fraction", async (queue, lease) => await queue.ReportProgressAsync(lease, -0.01)),
        ["progress above 1"] = ("fraction", async (queue, lease) => await queue.ReportProgressAsync(lease, 1.01)),
        ["progress that is no number"] = ("fraction", async (queue, lease) => await queue.ReportProgressAsync(lease, double.NaN)),
        ["progress message of 513"] = ("message", async (queue, lease) => await queue.ReportProgressAsync(lease, 0.5, new string('m', 513))),
        ["10,001 heartbeats"] = ("leases", async (queue, lease) => await queue.HeartbeatAsync([.. Enumerable.Repeat(lease, 10_001)])),
        ["10,001 completions"] = ("tasks", async (queue, lease) => await queue.CompleteAsync([.. Enumerable.Repeat(new TaskCompletion(lease), 10_001)])),
        ["null completions"] = ("tasks", async (queue, lease) => await queue.CompleteAsync((IReadOnlyList<TaskCompletion>)null!)),
        ["second result of 16 MiB + 1"] = ("tasks[1].Result", async (queue, lease) => await queue.CompleteAsync([new(lease), new(lease, TooMuch)])),
        ["null heartbeats"] = ("leases", async (queue, lease) => await queue.HeartbeatAsync((IReadOnlyList<Lease>)null!)),
        ["empty heir"] = ("worker", async (queue, lease) => await queue.TakeOverAsync(lease.TaskId, "")),
        ["heir of 257"] = ("worker", async (queue, lease) => await queue.TakeOverAsync(lease.TaskId, new string('w', 257))),
    };

    private static readonly Dictionary<string, (string Argument, Func<ITaskQueue, TaskId, ValueTask> Call)> BadControlCalls = new()
    {
        ["cancel reason of 513"] = ("reason", async (queue, id) => await queue.Control.CancelAsync(id, new string('r', 513))),
        ["tree cancel reason of 513"] = ("reason", async (queue, id) => await queue.Control.CancelTreeAsync(id, new string('r', 513))),
        ["approved by nobody"] = ("by", (queue, id) => queue.Control.ApproveAsync(id, "")),
        ["approved by null"] = ("by", (queue, id) => queue.Control.ApproveAsync(id, null!)),
        ["approved by 257"] = ("by", (queue, id) => queue.Control.ApproveAsync(id, new string('b', 257))),
        ["note of 4,097"] = ("note", (queue, id) => queue.Control.ApproveAsync(id, "ann", new string('n', 4_097))),
        ["rejected by nobody"] = ("by", (queue, id) => queue.Control.RejectAsync(id, "", "no")),
        ["rejected by 257"] = ("by", (queue, id) => queue.Control.RejectAsync(id, new string('b', 257), "no")),
        ["rejected without a reason"] = ("reason", (queue, id) => queue.Control.RejectAsync(id, "ann", "")),
        ["rejected for a null reason"] = ("reason", (queue, id) => queue.Control.RejectAsync(id, "ann", null!)),
        ["reject reason of 4,097"] = ("reason", (queue, id) => queue.Control.RejectAsync(id, "ann", new string('r', 4_097))),
        ["10,001 removals"] = ("ids", (queue, id) => queue.Control.RemoveAsync([.. Enumerable.Range(0, 10_001).Select(more => new TaskId(id.Value + more))])),
        ["null removals"] = ("ids", (queue, id) => queue.Control.RemoveAsync(null!)),
        ["negative retention"] = ("policy", async (queue, id) => await queue.Control.PruneAsync(RetentionPolicy.KeepFor(TimeSpan.FromSeconds(-1)))),
        ["null retention"] = ("policy", async (queue, id) => await queue.Control.PruneAsync(null!)),
        ["edit to a label of 513"] = ("Label", (queue, id) => queue.Control.EditAsync(id, new TaskEdit { Label = new string('l', 513) })),
        ["edit to an empty group"] = ("Group", (queue, id) => queue.Control.EditAsync(id, new TaskEdit { Group = "" })),
        ["edit to a group of 129"] = ("Group", (queue, id) => queue.Control.EditAsync(id, new TaskEdit { Group = new string('g', 129) })),
        ["group limit of -1"] = ("parallelism", (queue, id) => queue.Groups.EnsureAsync("fresh", -1)),
        ["group limit set to -1"] = ("parallelism", (queue, id) => queue.Groups.SetParallelismAsync("default", -1)),
        ["group without a name"] = ("name", (queue, id) => queue.Groups.EnsureAsync("")),
        ["group named null"] = ("name", (queue, id) => queue.Groups.EnsureAsync(null!)),
        ["group name of 129"] = ("name", (queue, id) => queue.Groups.EnsureAsync(new string('g', 129))),
        ["group name with a quote"] = ("name", (queue, id) => queue.Groups.EnsureAsync("it's")),
        ["query of 0"] = ("Limit", async (queue, id) => await queue.Inspector.QueryAsync(new TaskQuery { Limit = 0 })),
        ["query of 10,001"] = ("Limit", async (queue, id) => await queue.Inspector.QueryAsync(new TaskQuery { Limit = 10_001 })),
        ["query for 10,001 ids"] = ("Ids", async (queue, id) => await queue.Inspector.QueryAsync(new TaskQuery { Ids = [.. Enumerable.Repeat(id, 10_001)] })),
        ["negative wait"] = ("Timeout", async (queue, id) => await queue.Inspector.WaitAsync(id, new WaitOptions { Timeout = TimeSpan.FromSeconds(-1) })),
    };

    public static TheoryData<string> GoodTaskNames => [.. GoodTasks.Keys];

    public static TheoryData<string> BadTaskNames => [.. BadTasks.Keys];

    public static TheoryData<string> BadCheckoutNames => [.. BadCheckouts.Keys];

    public static TheoryData<string> BadLeaseCallNames => [.. BadLeaseCalls.Keys];

    public static TheoryData<string> BadControlCallNames => [.. BadControlCalls.Keys];

    [Theory]
    [MemberData(nameof(GoodTaskNames))]
    public async Task Enqueue_AtTheLimit_IsStoredAsGiven(string name)
    {
        var task = GoodTasks[name];

        var id = await Queue.EnqueueAsync(task);

        var info = await GetAsync(id);
        Assert.Equal((task.Type, task.Group, task.Label, task.DedupKey), (info.Type, info.Group, info.Label, info.DedupKey));
        Assert.Equal((task.MaxAttempts, task.Timeout, task.Retry), (info.MaxAttempts, info.Timeout, info.Retry));
        Assert.Equivalent(task.Metadata ?? new Dictionary<string, string>(), info.Metadata, strict: true);
        Assert.Equal(task.Payload.Length, (await Queue.Inspector.GetPayloadAsync(id)).Length);
        var due = task.NotBefore ?? Time.GetUtcNow() + (task.Delay ?? TimeSpan.Zero);
        Assert.Equal(due > Time.GetUtcNow() ? TaskHolds.NotBefore : TaskHolds.None, info.Holds);
        if (due > Time.GetUtcNow())
        {
            Assert.Equal(due, info.NotBefore);
        }
        else
        {
            Assert.Equal(id, (await CheckoutAsync()).Id);
        }
    }

    [Theory]
    [MemberData(nameof(BadTaskNames))]
    public async Task Enqueue_OutOfTheLimit_IsRefusedByName(string name)
    {
        var (property, task) = BadTasks[name];
        var before = await Queue.DescribeAsync();

        await AssertRefusedAsync(property, async () => await Queue.EnqueueAsync(task));
        await AssertRefusedAsync(property, async () => await Queue.EnqueueOrGetAsync(task));
        await AssertRefusedAsync(property, async () => await Queue.EnqueueAsync([new NewTask("good") { Group = "made" }, task]));

        Assert.Equal(before, await Queue.DescribeAsync());
    }

    [Theory]
    [MemberData(nameof(BadCheckoutNames))]
    public async Task Checkout_OutOfTheLimit_IsRefusedByName(string name)
    {
        var (property, request, maxTasks) = BadCheckouts[name];
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var before = await Queue.SnapshotAsync(id);

        await AssertRefusedAsync(property, async () => await Queue.CheckoutAsync(request, maxTasks));
        if (maxTasks == 1)
        {
            await AssertRefusedAsync(property, async () => await Queue.CheckoutAsync(request));
        }

        Assert.Equal(before, await Queue.SnapshotAsync(id));
    }

    [Theory]
    [MemberData(nameof(BadLeaseCallNames))]
    public async Task LeaseCall_OutOfTheLimit_IsRefusedByName(string name)
    {
        var (argument, call) = BadLeaseCalls[name];
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var lease = (await CheckoutAsync()).Lease;
        var before = await Queue.SnapshotAsync(id);

        await AssertRefusedAsync(argument, async () => await call(Queue, lease));

        Assert.Equal(before, await Queue.SnapshotAsync(id));
        Assert.True(await Queue.CompleteAsync(lease));
    }

    [Theory]
    [MemberData(nameof(BadControlCallNames))]
    public async Task Control_OutOfTheLimit_IsRefusedByName(string name)
    {
        var (argument, call) = BadControlCalls[name];
        var id = await Queue.EnqueueAsync(new NewTask("a") { RequiresApproval = true });
        var before = await Queue.SnapshotAsync(id);

        await AssertRefusedAsync(argument, async () => await call(Queue, id));

        Assert.Equal(before, await Queue.SnapshotAsync(id));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(24 * 60 * 60 * 1_000)]
    public async Task Checkout_LeaseAtTheLimit_IsGiven(int milliseconds)
    {
        var lease = TimeSpan.FromMilliseconds(milliseconds);
        await Queue.EnqueueAsync(new NewTask("a"));

        var task = await Queue.CheckoutAsync(new CheckoutRequest { Worker = new string('w', 256), LeaseDuration = lease });

        Assert.Equal(Time.GetUtcNow() + lease, task?.Lease.ExpiresAt);
    }

    [Fact]
    public async Task Enqueue_TenThousandTasks_AreStoredAndTakenAtOnce()
    {
        var ids = await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("a"), 10_000)]);

        var tasks = await Queue.CheckoutAsync(Worker(), 10_000);

        Assert.Equal(ids, tasks.Select(task => task.Id));
        Assert.All(await Queue.HeartbeatAsync([.. tasks.Select(task => task.Lease)]), answer => Assert.Equal(HeartbeatResult.Renewed, answer));
    }

    [Fact]
    public async Task Enqueue_TenThousandAndOneTasks_AreRefused()
    {
        await AssertRefusedAsync("tasks", async () => await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("a"), 10_001)]));

        Assert.Equal(0, (await Queue.Inspector.CountAsync()).Total.Total);
    }

    [Fact]
    public async Task Complete_ResultAtTheLimit_IsKept()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));

        Assert.True(await Queue.CompleteAsync((await CheckoutAsync()).Lease, TooMuch.AsMemory(0, PayloadLimit)));

        Assert.Equal(PayloadLimit, (await Queue.Inspector.GetResultAsync(id))?.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Progress_AtTheLimit_IsKept(double fraction)
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));

        Assert.True(await Queue.ReportProgressAsync((await CheckoutAsync()).Lease, fraction, new string('m', 512)));

        Assert.Equal((fraction, 512), ((await GetAsync(id)).Progress, (await GetAsync(id)).ProgressMessage?.Length));
    }

    [Fact]
    public async Task Cancel_ReasonAtTheLimit_IsKept()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        var reason = new string('r', 512);

        await Queue.Control.CancelAsync(id, reason);

        Assert.Contains(reason, (await GetAsync(id)).LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decision_AtTheLimit_IsAccepted()
    {
        var ids = await Queue.EnqueueAsync([new NewTask("a") { RequiresApproval = true }, new NewTask("a") { RequiresApproval = true }]);

        await Queue.Control.ApproveAsync(ids[0], new string('b', 256), new string('n', 4_096));
        await Queue.Control.RejectAsync(ids[1], new string('b', 256), new string('r', 4_096));

        Assert.Equal(TaskHolds.None, (await GetAsync(ids[0])).Holds);
        Assert.Equal(TaskOutcome.Rejected, (await GetAsync(ids[1])).Outcome);
    }

    [Fact]
    public async Task Release_DelayOf100Years_IsKept()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));

        Assert.True(await Queue.ReleaseAsync((await CheckoutAsync()).Lease, TimeSpan.FromDays(36_525)));

        Assert.Equal(Time.GetUtcNow().AddDays(36_525), (await GetAsync(id)).NotBefore);
    }

    [Fact]
    public async Task Call_AfterDisposal_IsRefused()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        await Queue.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await Queue.EnqueueAsync(new NewTask("a")));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await Queue.CheckoutAsync(Worker()));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await Queue.Control.CancelAsync(id));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await Queue.Inspector.GetAsync(id));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await Queue.Groups.ListAsync());
    }

    private static async Task AssertRefusedAsync(string name, Func<Task> call)
    {
        var error = await Assert.ThrowsAnyAsync<ArgumentException>(call);
        Assert.Contains(name, error.ParamName + " " + error.Message, StringComparison.OrdinalIgnoreCase);
    }

    private static Dictionary<string, string> Entries(int count) => Enumerable.Range(0, count).ToDictionary(index => $"key{index}", index => $"value{index}");

    private static Dictionary<string, string> Entry(string key, string value) => new() { [key] = value };
}
