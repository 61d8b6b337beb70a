using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;
using DurableQueue.Processes;
using DurableQueue.Processes.Running;

namespace DurableQueue.Cli.Commands.Logs;

/// <summary>Why there is no log to show.</summary>
/// <param name="Message">One full sentence.</param>
/// <param name="IsExpected">The task has had nothing to write yet.</param>
internal sealed record MissingLog(string Message, bool IsExpected)
{
    /// <param name="invocation">The command.</param>
    /// <param name="task">A task without the log that was asked for.</param>
    /// <param name="attempt">Which attempt was asked for.</param>
    /// <param name="errors">The separate standard error was asked for.</param>
    public static async ValueTask<MissingLog> ExplainAsync(DqInvocation invocation, TaskView task, int attempt, bool errors)
    {
        var (info, files) = (task.Info, invocation.Files);
        if (!task.IsCommand)
        {
            return new($"Task {info.Id} is not a command (its type is {info.Type}); it has no log.", IsExpected: false);
        }

        if (errors && task.Command is { SeparateErrors: false })
        {
            return new($"Task {info.Id} has no separate standard error: its log has both.", IsExpected: true);
        }

        if (attempt == 0)
        {
            return new($"Task {info.Id} has not started yet.", IsExpected: true);
        }

        if (attempt < 0 || attempt > info.Attempt)
        {
            return new($"Task {info.Id} has had no attempt {attempt}.", IsExpected: true);
        }

        if (PresentRun.LogOf(files, info, attempt, errors) is not { } path)
        {
            return new($"Task {info.Id} has written nothing yet.", IsExpected: true);
        }

        var what = $"The log of task {info.Id}, attempt {attempt}, is not in {files.LogDirectory}";
        var host = (await (await invocation.OpenAsync()).Inspector.GetWorkersAsync(invocation.Token)).FirstOrDefault(worker => worker.Name == info.Worker)?.Host;
        if (host is not null && host != Environment.MachineName)
        {
            return new($"{what}: its worker is on the machine {host}.", IsExpected: false);
        }

        if (info.State == TaskState.CheckedOut && attempt == info.Attempt)
        {
            return (OperatingSystem.IsLinux() ? RunRecord.FindPath(run => IsOf(run, info, attempt)) : null) switch
            {
                null => new($"Task {info.Id} has written nothing yet.", IsExpected: true),
                { } record when record == files.Run(info.Id, attempt) => new($"{what}: it was removed while the command was running.", IsExpected: false),
                { } record => new($"{what}: its worker writes it to {Path.ChangeExtension(record, Path.GetExtension(path))}.", IsExpected: false),
            };
        }

        return new($"{what}: it was removed, for example by 'dq clean --logs-older-than', or its worker ({info.Worker}) writes logs to another directory.", IsExpected: false);
    }

    private static bool IsOf(RunHeader run, TaskInfo task, int attempt) =>
        run.TaskId == task.Id && run.Attempt == attempt && run.EnqueuedAtMs == task.EnqueuedAt.ToUnixTimeMilliseconds();
}
