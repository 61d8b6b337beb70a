using Microsoft.Extensions.Logging;

namespace DurableQueue.Processes.Running;

/// <summary>Log messages about commands, with stable event ids. The command, its environment and its output are never logged: they may contain secrets.</summary>
internal static partial class CommandLog
{
    [LoggerMessage(300, LogLevel.Information, "Task {TaskId}: took over the running command of attempt {Attempt} (process {Pid})")]
    public static partial void CommandAdopted(this ILogger log, TaskId taskId, int attempt, int pid);

    [LoggerMessage(301, LogLevel.Information, "Task {TaskId}: the command of attempt {Attempt} ended while no worker was running")]
    public static partial void CommandHadEnded(this ILogger log, TaskId taskId, int attempt);

    [LoggerMessage(302, LogLevel.Warning, "Task {TaskId}: the command of attempt {Attempt} was found running (process {Pid}) and is being stopped")]
    public static partial void CommandFoundAndStopped(this ILogger log, TaskId taskId, int attempt, int pid);

    [LoggerMessage(303, LogLevel.Warning, "{Program} does not work on this system; commands that ask for it run without it")]
    public static partial void ControlMissing(this ILogger log, string program);

    [LoggerMessage(304, LogLevel.Warning, "Task {TaskId}: a notification could not be stored")]
    public static partial void NotificationLost(this ILogger log, TaskId taskId, Exception error);

    [LoggerMessage(305, LogLevel.Warning, "Task {TaskId}: the pattern '{Pattern}' timed out {Times} times and is no longer watched")]
    public static partial void PatternTooSlow(this ILogger log, TaskId taskId, string pattern, int times);

    [LoggerMessage(306, LogLevel.Warning, "Task {TaskId}: the output cannot be watched")]
    public static partial void WatchFailed(this ILogger log, TaskId taskId, Exception error);

    [LoggerMessage(307, LogLevel.Warning, "Task {TaskId}: {Processes} cannot be stopped; the slot stays taken until the process ends or the attempt is given up")]
    public static partial void ProcessesLeft(this ILogger log, TaskId taskId, string processes);

    [LoggerMessage(308, LogLevel.Warning, "Task {TaskId}: a notification is stored later, because the store failed; the output is watched on after that")]
    public static partial void NotificationDelayed(this ILogger log, TaskId taskId, Exception error);

    [LoggerMessage(309, LogLevel.Warning, "Commands keep their slots while they wait for other tasks, because the worker cannot be reached from inside of them")]
    public static partial void WaitsUnreachable(this ILogger log, Exception error);
}
