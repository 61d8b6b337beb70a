using FsCheck;
using FsCheck.Fluent;

namespace DurableQueue.ModelTests;

/// <summary>Random programs, and smaller versions of one that failed.</summary>
internal static class Programs
{
    public const int Length = 200;

    private static readonly string[] Groups = ["default", "one", "two", "free"];
    private static readonly string[] Types = ["x", "y", "z"];
    private static readonly string[] Workers = ["w1", "w2", "w3"];
    private static readonly int[] Seconds = [0, 1, 5, 30, 60, 120];

    /// <summary>Without spread, so that the model knows when the next attempt is due.</summary>
    private static readonly RetryPolicy[] Policies =
    [
        RetryPolicy.Immediate, RetryPolicy.Fixed(TimeSpan.FromSeconds(30)), RetryPolicy.Exponential(TimeSpan.FromSeconds(10), 2, TimeSpan.FromSeconds(35), 0),
    ];

    public static Arbitrary<Operation[]> Arbitrary { get; } = Arb.From(Operation().ArrayOf(Length), Smaller);

    /// <summary>The program that belongs to a seed.</summary>
    public static Operation[] FromSeed(ulong seed) => Arbitrary.Generator.Sample(1, new Rnd(seed), Length).First();

    private static Gen<Operation> Operation() => Gen.Frequency(
        (22, Enqueue()),
        (18, Checkout()),
        (26, LeaseCalls()),
        (14, Control()),
        (4, Edit()),
        (2, Swap()),
        (2, Remove()),
        (1, Prune()),
        (6, Group()),
        (5, Time()),
        (7, Frequency<Operation>((8, new SwitchOperation()), (2, new ReapOperation()), (2, new ReopenOperation()), (1, new RepairOperation()))));

    private static Gen<int> Number() => Gen.Choose(0, 10_000);

    private static Gen<bool> OneIn(int chances) => Gen.Choose(1, chances).Select(drawn => drawn == 1);

    private static Gen<TimeSpan> Wait() => Gen.Elements(Seconds).Select(seconds => TimeSpan.FromSeconds(seconds));

    private static Gen<T?> Sometimes<T>(int chances, Gen<T> gen)
        where T : class => OneIn(chances).SelectMany(taken => taken ? gen.Select(value => (T?)value) : Gen.Constant<T?>(null));

    private static Gen<T?> Maybe<T>(int chances, Gen<T> gen)
        where T : struct => OneIn(chances).SelectMany(taken => taken ? gen.Select(value => (T?)value) : Gen.Constant<T?>(null));

    /// <summary>A task that the call makes sense for mostly, any other at times.</summary>
    private static Gen<TaskPick> TaskOf(Among among) =>
        from number in Number()
        from any in OneIn(6)
        select new TaskPick(any ? Among.All : among, number);

    private static Gen<LeasePick> Lease() =>
        from number in Number()
        from stale in OneIn(7)
        select new LeasePick(stale, number);

    private static Gen<DependencyCondition> Condition() =>
        Frequency((3, DependencyCondition.Succeeded), (1, DependencyCondition.Failed), (2, DependencyCondition.Finished));

    private static Gen<T> Frequency<T>(params (int, T)[] values) => Gen.Frequency(values.Select(value => (value.Item1, Gen.Constant(value.Item2))).ToArray());

    private static Gen<AwaitedPick> Awaited(int items) =>
        from task in TaskOf(Among.Queued)
        from item in Maybe(2, Gen.Choose(0, items - 1))
        from condition in Condition()
        select new AwaitedPick(task, items > 1 ? item : null, condition);

    private static Gen<AwaitedPick[]> Awaiting(int items) =>
        from count in Frequency((5, 0), (3, 1), (1, 2), (1, 3))
        from picks in Awaited(items).ArrayOf(count)
        select picks;

    private static Gen<NewTask> Task() =>
        from type in Gen.Elements(Types)
        from payload in Gen.Choose(0, 255)
        from place in PlaceOf()
        from tries in Tries()
        from key in Maybe(5, Gen.Choose(0, 5))
        from scope in Frequency((2, DedupScope.Active), (1, DedupScope.Forever), (2, DedupScope.UntilStarted))
        from hold in Gen.Choose(0, 19)
        from wait in Wait()
        from lease in Maybe(6, Gen.Choose(1, 90))
        from label in Maybe(4, Gen.Choose(0, 3))
        select new NewTask(type, payload < 64 ? default : new[] { (byte)payload })
        {
            Group = place.Group,
            Priority = place.Priority,
            MaxAttempts = tries.Attempts,
            Retry = tries.Policy,
            DedupKey = key is null ? null : $"key{key}",
            DedupScope = key is null ? DedupScope.Active : scope,
            Delay = hold is 0 or 1 ? wait : null,
            Stashed = hold is 1 or 2,
            RequiresApproval = hold is 2 or 3 or 4,
            RunNow = hold is 5,
            LeaseDuration = lease is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Label = label is null ? null : $"label {label}",
            Metadata = label is 1 ? new Dictionary<string, string> { ["n"] = "1" } : null,
            Timeout = label is 2 ? TimeSpan.FromMinutes(1) : null,
        };

    private static Gen<(string Group, int Priority)> PlaceOf() =>
        from @group in Gen.Elements(Groups)
        from priority in Gen.Choose(-1, 2)
        select (@group, priority);

    private static Gen<(int Attempts, RetryPolicy Policy)> Tries() =>
        from attempts in Gen.Choose(1, 3)
        from policy in Gen.Elements(Policies)
        select (attempts, policy);

    private static Gen<Operation> Enqueue() =>
        from count in Frequency((8, 1), (2, 2), (2, 3), (1, 5))
        from tasks in Task().ArrayOf(count)
        from after in Awaiting(count).ArrayOf(count)
        select (Operation)new EnqueueOperation([.. tasks.Select(task => new EnqueueItem(task, []))], after);

    private static Gen<Operation> Checkout() =>
        from worker in Gen.Elements(Workers)
        from most in Frequency((6, 1), (2, 2), (2, 4), (1, 50))
        from groups in Sometimes(4, Gen.SubListOf(Groups))
        from types in Sometimes(4, Gen.SubListOf(Types))
        from lease in Gen.Elements(5, 60, 300)
        select (Operation)new CheckoutOperation(
            new CheckoutRequest { Worker = worker, Groups = groups?.ToArray(), Types = types?.ToArray(), LeaseDuration = TimeSpan.FromSeconds(lease) }, most);

    private static Gen<Operation> LeaseCalls() => Gen.Frequency(
        (12, from lease in Lease() from data in Number() from call in Frequency(
                (8, LeaseCall.Complete), (2, LeaseCall.Heartbeat), (3, LeaseCall.Suspend), (2, LeaseCall.Resume), (1, LeaseCall.Progress), (1, LeaseCall.Checkpoint))
            select (Operation)new LeaseOperation(call, lease, (byte)data)),
        (1, from leases in Lease().ArrayOf(3) select (Operation)new HeartbeatAllOperation(leases)),
        (2, from count in Gen.Choose(1, 4) from leases in Lease().ArrayOf(count) from data in Number() select (Operation)new CompleteAllOperation(leases, (byte)data)),
        (6, from lease in Lease() from failure in Failure() select (Operation)new FailOperation(lease, failure)),
        (3, from lease in Lease() from delay in Maybe(2, Wait()) select (Operation)new ReleaseOperation(lease, delay)));

    private static Gen<TaskFailure> Failure() =>
        from permanent in OneIn(3)
        from after in Maybe(4, Wait())
        from outcome in Gen.Elements(TaskOutcome.Failed, TaskOutcome.TimedOut)
        from number in Gen.Choose(1, 9)
        select new TaskFailure($"boom {number}") { Permanent = permanent, RetryAfter = after, Outcome = outcome };

    private static Gen<Operation> Control() => Gen.OneOf(
        ControlOf(TaskCall.Cancel, Among.Queued),
        ControlOf(TaskCall.Cancel, Among.CheckedOut),
        ControlOf(TaskCall.CancelTree, Among.All),
        ControlOf(TaskCall.Retry, Among.Finished),
        ControlOf(TaskCall.RetryWithDependents, Among.Finished),
        ControlOf(TaskCall.Stash, Among.Queued),
        ControlOf(TaskCall.Unstash, Among.Held),
        ControlOf(TaskCall.RunNow, Among.Held),
        ControlOf(TaskCall.RunNow, Among.Queued),
        ControlOf(TaskCall.Approve, Among.Asked),
        ControlOf(TaskCall.Reject, Among.Asked),
        ControlOf(TaskCall.Remove, Among.Finished));

    private static Gen<Operation> ControlOf(TaskCall call, Among among) =>
        from task in TaskOf(among)
        from reason in Maybe(2, Gen.Choose(1, 9))
        select (Operation)new ControlOperation(call, task, reason is null ? null : $"reason {reason}");

    private static Gen<Operation> Edit() =>
        from task in TaskOf(Among.Queued)
        from priority in Maybe(2, Gen.Choose(-1, 2))
        from target in Sometimes(3, Gen.Elements(Groups))
        from notBefore in Maybe(4, Gen.Choose(-20, 60))
        from attempts in Maybe(4, Gen.Choose(1, 4))
        from label in Sometimes(4, Gen.Elements("", "edited"))
        from payload in Maybe(4, Gen.Choose(0, 255))
        from replace in OneIn(2)
        from after in Awaiting(1)
        select (Operation)new EditOperation(
            task,
            new TaskEdit
            {
                Priority = priority,
                Group = target,
                MaxAttempts = attempts,
                Label = label,
                Payload = payload is { } value ? new ReadOnlyMemory<byte>([(byte)value]) : null,
            },
            notBefore is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            replace ? after : null);

    private static Gen<Operation> Swap() =>
        from first in TaskOf(Among.Queued)
        from second in TaskOf(Among.Queued)
        select (Operation)new SwapOperation(first, second);

    private static Gen<Operation> Remove() =>
        from count in Gen.Choose(1, 4)
        from among in Gen.Elements(Among.Finished, Among.Queued, Among.Awaiting)
        from tasks in TaskOf(among).ArrayOf(count)
        select (Operation)new RemoveOperation(tasks);

    private static Gen<Operation> Prune() =>
        from only in Gen.Elements<TaskOutcome?>(null, TaskOutcome.Succeeded, TaskOutcome.Failed, TaskOutcome.Cancelled)
        from age in Wait()
        select (Operation)new PruneOperation(only, age);

    private static Gen<Operation> Group() =>
        from call in Frequency(
            (2, GroupCall.Ensure), (4, GroupCall.Limit), (4, GroupCall.Pause), (6, GroupCall.Resume), (2, GroupCall.PauseOnFailure),
            (1, GroupCall.NoPauseOnFailure), (2, GroupCall.Remove))
        from name in Gen.Elements(Groups)
        from limit in Gen.Choose(-1, 3)
        select (Operation)new GroupOperation(call, name, limit);

    private static Gen<Operation> Time() =>
        from seconds in Gen.Frequency((4, Gen.Choose(1, 20)), (2, Gen.Choose(20, 90)), (1, Gen.Choose(250, 400)))
        select (Operation)new AdvanceOperation(TimeSpan.FromSeconds(seconds));

    /// <summary>First without long stretches, then without shorter ones, down to single operations; then with simpler ones.</summary>
    private static IEnumerable<Operation[]> Smaller(Operation[] program)
    {
        for (var stretch = program.Length / 2; stretch > 0; stretch /= 2)
        {
            for (var start = program.Length - stretch; start > -stretch; start -= stretch)
            {
                yield return [.. program[..Math.Max(0, start)], .. program[(start + stretch)..]];
            }
        }

        for (var i = 0; i < program.Length; i++)
        {
            foreach (var simpler in program[i].Simpler())
            {
                yield return [.. program[..i], simpler, .. program[(i + 1)..]];
            }
        }
    }
}
