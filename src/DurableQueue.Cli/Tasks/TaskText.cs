using System.Globalization;
using DurableQueue.Cli.Output;

namespace DurableQueue.Cli.Tasks;

/// <summary>Formats tasks, times and groups as text.</summary>
internal static class TaskText
{
    public static (string Text, Style Style) State(TaskView task, DateTimeOffset now)
    {
        var info = task.Info;
        return info.State switch
        {
            TaskState.CheckedOut when info.CancelRequested => ("stopping", Style.Yellow),
            TaskState.CheckedOut when task.Paused => ("paused", Style.Yellow),
            TaskState.CheckedOut when info.Waiting => ("waiting", Style.Cyan),
            TaskState.CheckedOut => (info.Progress is { } progress ? $"running {progress.ToString("P0", CultureInfo.InvariantCulture).Replace(" ", "", StringComparison.Ordinal)}" : "running", Style.Cyan),
            TaskState.Done => ("done", Style.Green),
            TaskState.Cancelled => (info.Outcome == TaskOutcome.Killed ? "killed" : "cancelled", Style.Yellow),
            TaskState.Failed => (Failure(task), Style.Red),
            _ => (Queued(task, now), Style.Plain),
        };
    }

    /// <summary>How it ended, in a few words.</summary>
    public static string Outcome(TaskView task) => task.Info.Outcome switch
    {
        TaskOutcome.Succeeded => "succeeded",
        TaskOutcome.Cancelled => "was cancelled",
        TaskOutcome.Killed => "was killed",
        _ => Failure(task),
    };

    public static string Time(DateTimeOffset? time, DateTimeOffset now)
    {
        if (time is null)
        {
            return "";
        }

        var (local, today) = (time.Value.ToLocalTime(), now.ToLocalTime());
        return local.ToString(local.Date == today.Date ? "HH:mm:ss" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
    }

    public static string Span(TimeSpan? span) => span switch
    {
        null => "",
        { TotalSeconds: < 10 } time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0}s"),
        { TotalMinutes: < 1 } time => $"{time.Seconds}s",
        { TotalHours: < 1 } time => $"{time.Minutes}m{time.Seconds:00}s",
        { TotalDays: < 1 } time => $"{time.Hours}h{time.Minutes:00}m",
        { } time => $"{(int)time.TotalDays}d{time.Hours:00}h",
    };

    public static string Group(GroupInfo group)
    {
        var limit = group.Parallelism == 0 ? "no limit" : $"limit {group.Parallelism}";
        var paused = group.Paused ? ", paused" : "";
        return $"group {group.Name}: {limit}{paused}, {group.Running} running, {group.Counts.Queued} queued, {group.Counts.Done} done, "
            + $"{group.Counts.Failed} failed, {group.Counts.Cancelled} cancelled";
    }

    public static string Command(TaskView task) => task.Command is { } command ? command.ToString() : $"[{task.Info.Type}]";

    public static string After(TaskView task) => string.Join(',', task.After
        .Where(dependency => dependency.State != DependencyState.Satisfied)
        .Select(dependency => dependency.When == DependencyCondition.Succeeded ? $"{dependency.On}" : $"{dependency.On}:{dependency.When.ToString().ToLowerInvariant()}"));

    private static string Failure(TaskView task) => task.Info.Outcome switch
    {
        TaskOutcome.TimedOut => "timed out",
        TaskOutcome.Abandoned => "abandoned",
        TaskOutcome.DependencyFailed => "dependency failed",
        TaskOutcome.Rejected => "rejected",
        _ => task.Result switch
        {
            { ExitCode: { } code } => $"failed ({code})",
            { SignalName: { } signal } => $"failed (SIG{signal})",
            _ => "failed",
        },
    };

    /// <summary>Queued, and why it does not run.</summary>
    private static string Queued(TaskView task, DateTimeOffset now) =>
        task.Reasons.Count == 0 ? "queued" : string.Join(", ", task.Reasons.Select(reason => reason.ToText(now)));
}
