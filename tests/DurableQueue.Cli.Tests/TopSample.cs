using System.Globalization;
using DurableQueue.Cli.Logs;
using DurableQueue.Cli.Tasks;
using DurableQueue.Cli.Top;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Tests;

/// <summary>A busy queue for the screens of <c>dq top</c>: every state, every reason, and texts that are hard to measure.</summary>
internal static class TopSample
{
    /// <summary>In the local zone of the tests, so that the screens are the same everywhere.</summary>
    public static readonly DateTimeOffset Now = Local(10, 30, 0);

    public static TopState State()
    {
        var state = new TopState();
        state.Update(Data());
        state.Log = new LogPage(2, [.. Enumerable.Range(1, 60).Select(epoch => string.Create(CultureInfo.InvariantCulture, $"epoch {epoch}: loss {2.5 / epoch:0.000}"))]);
        return state;
    }

    public static TopData Data() => new()
    {
        Workers = 2,
        Groups =
        [
            Group("default", 4, running: 1, new StateCounts(3, 1, 120, 1, 2)), Group("ml", 2, running: 2, new StateCounts(3, 2, 14, 2, 0)),
            Group("deploy", 0, running: 0, new StateCounts(1, 0, 9, 0, 0)) with { Paused = true }, Group("nightly-reports", 1, running: 0, new StateCounts(0, 0, 31, 0, 0)),
        ],
        Tasks =
        [
            Task(812, "python train.py --lr 0.001 --batch 64 --out runs/812", Running("ml", "sweep/lr=0.001") with { Attempt = 2, MaxAttempts = 3, Progress = 0.45 }),
            Task(813, "python train.py --lr 0.01 --batch 64 --out runs/813", Running("ml", "sweep/lr=0.01")).Suspended(),
            Task(9, "make -j8 test", Running("default", "日本語のラベル") with { CancelRequested = true }),
            Task(814, "python train.py --lr 0.1", Queued("ml", "sweep/lr=0.1") with { Priority = 5 }).Because(new TaskReason(TaskReason.GroupFull)),
            Task(815, "python report.py runs/*", Queued("ml", "report"), after: [812, 813, 814]).Because(new TaskReason(TaskReason.Dependencies, Tasks: [new(812), new(813), new(814)])),
            Task(820, "./deploy --stage production", Queued("deploy", "release 🚀")).Because(new TaskReason(TaskReason.Approval), new TaskReason(TaskReason.GroupPaused)),
            Task(821, "backup\t/srv\u001b[2J\u202e", Queued("default", "שלום")).Because(new TaskReason(TaskReason.NotBefore, Local(22, 0, 0))),
            Task(822, "rsync -a photos nas:", Queued("default", "e\u0301te\u0301 👩‍👩‍👧")).Because(new TaskReason(TaskReason.Stashed)),
            Task(823, "curl https://example.com/", Queued("default", null)).Because(new TaskReason(TaskReason.Budget, Local(11, 0, 0)), new TaskReason(TaskReason.NoWorker)),
            Task(811, "python train.py --lr 1", Ended("ml", "sweep/lr=1", TaskState.Failed, TaskOutcome.Failed), result: new CommandResult { ExitCode = 1 }),
            Task(810, "cargo build --release", Ended("default", "build", TaskState.Done, TaskOutcome.Succeeded)),
            Task(808, "sleep 1000", Ended("default", null, TaskState.Cancelled, TaskOutcome.Killed)),
        ],
        Attempts = [new TaskAttempt(1, "host-1", Local(10, 2, 0), Local(10, 9, 30), TaskOutcome.Failed, "exit code 137")],
    };

    public static DateTimeOffset Local(int hour, int minute, int second)
    {
        var time = new DateTime(2030, 1, 31, hour, minute, second, DateTimeKind.Unspecified);
        return new DateTimeOffset(time, TimeZoneInfo.Local.GetUtcOffset(time));
    }

    private static GroupInfo Group(string name, int parallelism, int running, StateCounts counts) => new() { Name = name, Parallelism = parallelism, Running = running, Counts = counts };

    private static TaskInfo Running(string group, string label) =>
        Info(group, label) with { State = TaskState.CheckedOut, StartedAt = Local(10, 10, 0), Worker = "host-1", Attempt = 1, Timeout = TimeSpan.FromHours(2) };

    private static TaskInfo Queued(string group, string? label) => Info(group, label) with { State = TaskState.Queued };

    private static TaskInfo Ended(string group, string? label, TaskState state, TaskOutcome outcome) =>
        Info(group, label) with { State = state, Outcome = outcome, StartedAt = Local(10, 1, 0), FinishedAt = Local(10, 1, 42), Attempt = 1 };

    private static TaskInfo Info(string group, string? label) => new()
    {
        Id = new TaskId(1),
        Type = CommandTask.TypeName,
        Group = group,
        Label = label,
        MaxAttempts = 1,
        EnqueuedAt = Local(9, 58, 0),
        Metadata = new Dictionary<string, string>(),
    };

    private static TaskView Task(long id, string line, TaskInfo info, long[]? after = null, CommandResult? result = null) => new(
        info with { Id = new TaskId(id) },
        new TaskContent
        {
            Payload = new CommandTask { CommandLine = line, WorkingDirectory = "/home/ann/project" }.ToTask().Payload,
            Result = result?.ToBytes(),
            Dependencies = [.. (after ?? []).Select(on => new DependencyInfo(new TaskId(on), DependencyCondition.Succeeded, DependencyState.Waiting))],
        });

    private static TaskView Because(this TaskView task, params TaskReason[] reasons)
    {
        task.Reasons = reasons;
        return task;
    }

    private static TaskView Suspended(this TaskView task)
    {
        task.Paused = true;
        return task;
    }
}
