using Microsoft.Extensions.Logging;

namespace DurableQueue.Processes.Running;

/// <summary>What running commands log. The event ids are stable. Never the command, its environment or its output: they may hold secrets.</summary>
internal static partial class CommandLog
{
    [LoggerMessage(300, LogLevel.Information, "Task {TaskId}: goes on with the command that attempt {Attempt} had started (process {Pid})")]
    public static partial void CommandAdopted(this ILogger log, TaskId taskId, int attempt, int pid);

    [LoggerMessage(301, LogLevel.Information, "Task {TaskId}: the command of attempt {Attempt} ended while no worker ran")]
    public static partial void CommandHadEnded(this ILogger log, TaskId taskId, int attempt);

    [LoggerMessage(302, LogLevel.Warning, "Task {TaskId}: the command of attempt {Attempt} was found running (process {Pid}) and is stopped")]
    public static partial void CommandFoundAndStopped(this ILogger log, TaskId taskId, int attempt, int pid);

    [LoggerMessage(303, LogLevel.Warning, "{Program} does not work here: commands that ask for it run without")]
    public static partial void ControlMissing(this ILogger log, string program);

    [LoggerMessage(304, LogLevel.Warning, "Task {TaskId}: a notification could not be stored")]
    public static partial void NotificationLost(this ILogger log, TaskId taskId, Exception error);

    [LoggerMessage(305, LogLevel.Warning, "Task {TaskId}: the pattern '{Pattern}' took too long {Times} times and is watched for no more")]
    public static partial void PatternTooSlow(this ILogger log, TaskId taskId, string pattern, int times);

    [LoggerMessage(306, LogLevel.Warning, "Task {TaskId}: the output cannot be watched")]
    public static partial void WatchFailed(this ILogger log, TaskId taskId, Exception error);

    [LoggerMessage(307, LogLevel.Warning, "Task {TaskId}: {Processes} cannot be stopped; the slot stays taken until it is gone or the attempt is given up")]
    public static partial void ProcessesLeft(this ILogger log, TaskId taskId, string processes);
}
