using System.CommandLine;
using System.Text;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Commands.Logs;
using DurableQueue.Cli.Tasks;
using DurableQueue.Processes.Logs;

namespace DurableQueue.Cli.Commands.Inspection;

internal static class ShowCommand
{
    private const string Payload = "payload";
    private const string Result = "result";
    private const string Checkpoint = "checkpoint";
    private const int DefaultLines = 10;

    /// <summary>However long its lines are.</summary>
    private const int MostLogBytes = 16 * 1024;

    public static Command Create()
    {
        var id = Values.Id("id", "The task.");
        var raw = Raw();
        var lines = Values.Number("--lines", "The last N lines of its log. Default: 10.", "-n");
        var showEnvironment = Values.Flag("--show-env", "Show the environment of a command, including secrets.");
        return new Command("show", "Show everything about one task of any type.")
            .With(id, raw, lines, showEnvironment)
            .WithAction(async invocation =>
            {
                invocation.AtMostOne(raw, lines);
                invocation.AtMostOne(raw, GlobalOptions.Json);
                var most = FollowCommand.CheckLines(invocation.Get(lines)) ?? DefaultLines;
                if (invocation.Get(raw) is { } part)
                {
                    return await WriteRawAsync(invocation, invocation.Get(id), part, invocation.Get(showEnvironment));
                }

                var task = await ShownTask.ReadAsync(invocation, invocation.Get(id), invocation.Get(showEnvironment));
                await (await QueueSituation.ReadAsync(invocation)).ExplainAsync([task.View], invocation.Token);
                var (log, now) = (await ReadLogAsync(invocation, task.View, most), invocation.Time.GetUtcNow());
                if (invocation.Json)
                {
                    invocation.Output.WriteJson(json => ShownTaskJson.Write(json, task, log, invocation.Files, now));
                }
                else
                {
                    new ShownTaskText(invocation.Output.Text, task, now).Write(log);
                }

                return ExitCode.Done;
            });
    }

    private static Option<string?> Raw()
    {
        var raw = new Option<string?>("--raw")
        {
            Description = "Write only the bytes of the payload, the result or the checkpoint. Default: the payload. That of a command is without its environment, unless --show-env.",
            HelpName = "payload|result|checkpoint",
            Arity = ArgumentArity.ZeroOrOne,
            CustomParser = result => result.Tokens.Count > 0 ? result.Tokens[0].Value : Payload,
        };
        raw.AcceptOnlyFromAmong(Payload, Result, Checkpoint);
        return raw;
    }

    private static async Task<int> WriteRawAsync(DqInvocation invocation, TaskId id, string part, bool showEnvironment)
    {
        if (invocation.Json)
        {
            throw CliException.BadInput("Give either --raw or --json.");
        }

        var queue = await invocation.OpenAsync();
        var view = await TaskViews.RequireAsync(queue, id, invocation.Token);
        var bytes = part switch
        {
            Result => await queue.Inspector.GetResultAsync(id, invocation.Token),
            Checkpoint => await ShownTask.ReadCheckpointAsync(queue, id, invocation.Token),
            _ => ShownPayload.Of(view, view.Payload, showEnvironment),
        };
        invocation.Output.Write((bytes ?? throw CliException.WrongState($"Task {id} has no {part}.")).Span);
        return ExitCode.Done;
    }

    private static async Task<ShownLog> ReadLogAsync(DqInvocation invocation, TaskView task, int lines)
    {
        var logs = await invocation.OpenLogsAsync();
        var found = await logs.FindAsync(task.Info, attempt: null, TaskLogStream.Output, invocation.Token);
        if (found.Status != TaskLogStatus.Present)
        {
            return new ShownLog(null, task.IsCommand ? found.Missing : null);
        }

        var path = logs.PathOf(found);
        using var log = LogFile.Open(path);
        var start = LogFile.StartOfLast(log, lines, MostLogBytes);

        // One block: a command may write faster than this reads.
        var block = new byte[MostLogBytes];
        var text = Encoding.UTF8.GetString(block.AsSpan(0, RandomAccess.Read(log, block, start)));
        return new ShownLog(path, null, RandomAccess.GetLength(log), start, text);
    }
}
