using System.Globalization;

namespace DurableQueue.Processes.Running;

/// <summary>The environment variables that identify a run, and by which its processes are found.</summary>
internal static class RunMarks
{
    public const string Prefix = "DURABLEQUEUE_";

    public const string Task = $"{Prefix}TASK_ID";

    public const string Attempt = $"{Prefix}ATTEMPT";

    public const string Run = $"{Prefix}RUN";

    public const string Queue = $"{Prefix}QUEUE";

    /// <summary>The variables that only processes of one run have.</summary>
    public static IReadOnlyList<string> Of(RunHeader run, string queuePath) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"{Task}={run.TaskId.Value}"),
        string.Create(CultureInfo.InvariantCulture, $"{Attempt}={run.Attempt}"),
        string.Create(CultureInfo.InvariantCulture, $"{Run}={run.EnqueuedAtMs}.{run.AttemptToken}"),
        $"{Queue}={queuePath}",
    ];

    /// <summary>Names a run among all runs of a queue.</summary>
    public static string NameOf(TaskId task, long enqueuedAtMs, long attemptToken) =>
        string.Create(CultureInfo.InvariantCulture, $"{task.Value} {enqueuedAtMs}.{attemptToken}");
}
