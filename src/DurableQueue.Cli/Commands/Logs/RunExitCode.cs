using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands.Logs;

/// <summary>The exit code of a command that was run in place of dq: <c>run</c>, and <c>follow --exit-code</c>.</summary>
internal static class RunExitCode
{
    /// <summary>The command's own exit code; 128 and the signal, as in shells, if a signal ended it. Says what the code alone does not tell.</summary>
    public static async Task<int> ReportAsync(DqInvocation invocation, ITaskQueue queue, TaskView task)
    {
        var code = Of(task);
        if (code is ExitCode.RunFailed or ExitCode.RunTimedOut || code > ExitCode.Signal)
        {
            invocation.Output.Say(await Following.DescribeAsync(queue, task.Info.Id, invocation.Token));
        }

        return code;
    }

    private static int Of(TaskView task) => (task.Info.Outcome, task.Result) switch
    {
        (TaskOutcome.TimedOut, _) => ExitCode.RunTimedOut,
        (TaskOutcome.Succeeded, _) => ExitCode.Done,
        (_, { ExitCode: { } code }) when code != 0 => code,
        (_, { Signal: { } signal }) => ExitCode.Signal + signal,
        _ => ExitCode.RunFailed,
    };
}
