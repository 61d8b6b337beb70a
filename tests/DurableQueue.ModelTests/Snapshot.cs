using System.Globalization;

namespace DurableQueue.ModelTests;

/// <summary>What can be read off the queue between two operations, to be compared with what a model says.</summary>
internal sealed class Snapshot
{
    private static readonly Dictionary<string, string> NoMetadata = [];

    private readonly IReadOnlyCollection<long>? ids;
    private readonly Dictionary<long, TaskInfo> tasks;
    private readonly long? finishSequence;
    private readonly IReadOnlyList<GroupInfo> groups;

    private Snapshot(IReadOnlyCollection<long>? ids, Dictionary<long, TaskInfo> tasks, long? finishSequence, IReadOnlyList<GroupInfo> groups)
    {
        (this.ids, this.tasks, this.finishSequence, this.groups) = (ids, tasks, finishSequence, groups);
    }

    /// <param name="queue">The queue, which nobody changes meanwhile.</param>
    /// <param name="ids">The tasks to look at; <see langword="null"/> means all, and the finish number too.</param>
    public static async Task<Snapshot> ReadAsync(ITaskQueue queue, IReadOnlyCollection<long>? ids)
    {
        var tasks = ids is { Count: 0 }
            ? []
            : (await queue.Inspector.QueryAsync(new TaskQuery { Limit = 10_000, Ids = ids?.Select(id => new TaskId(id)).ToList() })).Tasks;
        return new Snapshot(
            ids,
            tasks.ToDictionary(task => task.Id.Value),
            ids is null ? await queue.Inspector.GetFinishSequenceAsync() : null,
            await queue.Groups.ListAsync());
    }

    /// <summary>The first difference from the model; the model takes over what the queue is free to choose.</summary>
    public Violation? Difference(Model model)
    {
        foreach (var task in tasks.Values)
        {
            if (task.FinishSequence is { } sequence)
            {
                model.AdoptFinish(task.Id.Value, sequence, task.LastError);
            }

            if (model.Find(task.Id.Value) is null)
            {
                return new Violation(Harm.Duplicated, $"task {task.Id} is there and should not be: {task}");
            }
        }

        foreach (var expected in model.Tasks.Where(task => ids?.Contains(task.Id) != false))
        {
            if (!tasks.TryGetValue(expected.Id, out var stored))
            {
                return new Violation(Harm.Lost, $"task {expected.Id} is missing: {expected.Show(model.Now)}");
            }

            if (Difference($"task {expected.Id}", Comparable(expected.Show(model.Now)), Comparable(stored)) is { } difference)
            {
                return difference;
            }
        }

        GroupInfo[] expectedGroups = [.. model.Groups.Select(pair => Show(model, pair.Key, pair.Value, groups.FirstOrDefault(stored => stored.Name == pair.Key)))];
        return Difference("the finish number", model.FinishSequence, finishSequence ?? model.FinishSequence)
            ?? (expectedGroups.SequenceEqual(groups) ? null : Difference("the groups", Lines(expectedGroups), Lines(groups)));
    }

    /// <summary>
    /// The first difference in what takes more reads: payloads, results, attempts, edges, counts, the record of finishes, and all that the
    /// queue finds wrong with itself.
    /// </summary>
    public static async Task<Violation?> FindDeepDifferenceAsync(ITaskQueue queue, Model model)
    {
        foreach (var task in model.Tasks)
        {
            var id = task.Info.Id;
            var expected = (Hex(task.Payload), Hex(task.Result), Lines(task.Attempts), Lines(task.Edges.Values));
            var stored = (
                Answer.Hex(await queue.Inspector.GetPayloadAsync(id)),
                Answer.Hex(await queue.Inspector.GetResultAsync(id)),
                Lines(await queue.Inspector.GetAttemptsAsync(id)),
                Lines((await queue.Inspector.GetDependenciesAsync(id)).OrderBy(edge => edge.On)));
            if (Difference($"payload, result, attempts and dependencies of task {id}", expected, stored) is { } difference)
            {
                return difference;
            }
        }

        var counts = await queue.Inspector.CountAsync();
        string[] names = [.. model.Tasks.Select(task => task.Info.Group).Concat(model.Groups.Select(group => group.Key)).Distinct().Order(StringComparer.Ordinal)];
        var finished = (await queue.Inspector.QueryAsync(new TaskQuery { Order = TaskOrder.Finished, Limit = 10_000 })).Tasks;
        var inOrder = model.Tasks.Where(task => task.Info.IsFinished).OrderBy(task => task.Info.FinishSequence).Select(task => task.Id);
        var verification = await queue.Inspector.VerifyAsync();
        return Difference("the counts", Lines(names.Select(name => (name, CountOf(model, name)))), Lines(names.Select(name => (name, counts[name]))))
            ?? Difference("the order of finishes", Lines(inOrder), Lines(finished.Select(task => task.Id.Value)))
            ?? Difference("the number of different finish numbers", finished.Count, finished.Select(task => task.FinishSequence).Distinct().Count())
            ?? Difference("the self-check", "", Lines(verification.Findings));
    }

    private static GroupInfo Show(Model model, string name, ModelGroup group, GroupInfo? stored)
    {
        var queued = model.Tasks.Where(task => task.Info.Group == name && task.IsQueued).ToList();
        long Held(TaskHolds hold) => queued.Count(task => task.Holds(model.Now).HasFlag(hold));

        // A delay that has passed may have been ended or not: until then the task counts as delayed and, without another hold, not as ready.
        var ready = queued.Where(task => task.Holds(model.Now) == TaskHolds.None).ToList();
        var passed = queued.Count(task => task.Info.NotBefore <= model.Now);
        var delayed = Within(Held(TaskHolds.NotBefore), stored?.Delayed, Held(TaskHolds.NotBefore) + passed);
        var counted = Within(ready.Count - ready.Count(task => task.Info.NotBefore is not null), stored?.Ready, ready.Count);
        return new GroupInfo
        {
            Name = name,
            Parallelism = group.Parallelism,
            Paused = group.Paused,
            PauseOnFailure = group.PauseOnFailure,
            Configured = group.Configured,
            Running = model.Running(name),
            Waiting = model.Tasks.Count(task => task.Info.Group == name && task.Info.Waiting),
            Ready = counted,
            Delayed = delayed,
            Blocked = Held(TaskHolds.Dependencies),
            Stashed = Held(TaskHolds.Stashed),
            AwaitingApproval = Held(TaskHolds.Approval),

            // Of the first tasks of the lanes, which swaps and priorities choose: it must be the time of one that is ready.
            OldestReadyAt = counted == 0 ? null : ready.Select(Since).Any(since => since == stored?.OldestReadyAt) ? stored!.OldestReadyAt : ready.Min(Since),
            Counts = CountOf(model, name),
        };
    }

    private static long Within(long least, long? stored, long most) => stored is { } value && value >= least && value <= most ? value : most;

    private static DateTimeOffset Since(ModelTask task) =>
        new[] { task.Info.EnqueuedAt, task.Info.NotBefore ?? default, task.Info.StartedAt ?? default }.Max();

    private static StateCounts CountOf(Model model, string group)
    {
        var own = model.Tasks.Where(task => task.Info.Group == group).ToLookup(task => task.State);
        int Count(TaskState state) => own[state].Count();
        return new StateCounts(
            Count(TaskState.Queued), Count(TaskState.CheckedOut), Count(TaskState.Done), Count(TaskState.Failed), Count(TaskState.Cancelled));
    }

    private static Violation? Difference<T>(string what, T expected, T actual) => EqualityComparer<T>.Default.Equals(expected, actual)
        ? null
        : new Violation(Harm.Violated, $"{what}\n  expected {expected}\n  but is   {actual}");

    // Dictionaries compare by reference; the entries are compared as text.
    private static (TaskInfo Info, string Metadata) Comparable(TaskInfo info) => (info with { Metadata = NoMetadata }, Answer.Describe(info.Metadata));

    private static string Hex(byte[]? bytes) => bytes is null ? Answer.Hex(null) : Convert.ToHexString(bytes);

    private static string Lines<T>(IEnumerable<T> values) =>
        string.Join("\n           ", values.Select(value => string.Create(CultureInfo.InvariantCulture, $"{value}")));
}
