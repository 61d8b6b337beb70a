using System.Globalization;

namespace DurableQueue.Processes.Running;

/// <summary>The environment variables that identify a run, and by which its processes are found.</summary>
internal static class RunMarks
{
    public const string Prefix = "DURABLEQUEUE_";

    /// <summary>The variables that only processes of one run have.</summary>
    public static IReadOnlyList<string> Of(RunHeader run, string queuePath) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}TASK_ID={run.TaskId.Value}"),
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}ATTEMPT={run.Attempt}"),
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}RUN={run.EnqueuedAtMs}.{run.AttemptToken}"),
        $"{Prefix}QUEUE={queuePath}",
    ];
}
