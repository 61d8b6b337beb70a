using System.CommandLine;
using System.Text.Json;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;
using DurableQueue.Processes.Logs;
using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Cli.Commands.Logs;

internal static class LogCommand
{
    /// <summary>The default on a terminal; a pipe gets everything.</summary>
    private const int LinesOnTerminal = 15;

    public static Command Create()
    {
        var ids = Values.Ids("The tasks.", required: true);
        var lines = Values.Number("--lines", "Only the last N lines. Default: 15 on a terminal, else all.", "-n");
        var full = Values.Flag("--full", "Show everything, even on a terminal.", "-f");
        var attempt = Values.Number("--attempt", "Show the output of this attempt. Default: the latest.");
        var errors = Values.Flag("--stderr", "Show the separate standard error of a command with --separate-stderr.");
        return new Command("log", "Write the output of tasks, byte by byte.")
            .With(ids, lines, full, attempt, errors)
            .WithAction(async invocation =>
            {
                var most = FollowCommand.CheckLines(invocation.Get(lines));
                invocation.AtMostOne(lines, full);
                most ??= invocation.Output.IsTerminal && !invocation.Json && !invocation.Get(full) ? LinesOnTerminal : null;
                var logs = await FindAsync(invocation, invocation.Get(ids)!, invocation.Get(attempt), invocation.Get(errors));
                if (invocation.Json)
                {
                    WriteJson(invocation, logs, most);
                }
                else
                {
                    Write(invocation, logs, most);
                }

                return logs.Exists(log => log.Task is null || IsWrong(log.Log!)) ? ExitCode.NotFoundOrWrongState : ExitCode.Done;
            });
    }

    private static async Task<List<FoundLog>> FindAsync(DqInvocation invocation, TaskId[] ids, int? attempt, bool errors)
    {
        var queue = await invocation.OpenAsync();
        var logs = await invocation.OpenLogsAsync();
        var found = new List<FoundLog>();
        foreach (var id in ids)
        {
            if (await queue.Inspector.GetAsync(id, invocation.Token) is not { } info)
            {
                invocation.Output.Say($"dq: {Failures.MessageOf(new TaskNotFoundException(id))}");
                found.Add(new FoundLog(id));
                continue;
            }

            var view = (await TaskViews.AddContentsAsync(queue, [info], invocation.Token))[0];
            var log = await logs.FindAsync(info, attempt, errors ? TaskLogStream.Errors : TaskLogStream.Output, invocation.Token);
            found.Add(new FoundLog(id, view, log, log.Missing is null ? logs.PathOf(log) : null));
        }

        return found;
    }

    /// <summary>Whether it is a mistake, or a loss, that there is no log. Otherwise the task has had nothing to write yet.</summary>
    private static bool IsWrong(TaskLog log) =>
        log.Status is TaskLogStatus.NoLog or TaskLogStatus.OnAnotherHost or TaskLogStatus.InAnotherDirectory or TaskLogStatus.Removed;

    private static void Write(DqInvocation invocation, List<FoundLog> logs, int? lines)
    {
        var output = invocation.Output;
        foreach (var (id, task, found, path) in logs.Where(log => log.Task is not null))
        {
            if (logs.Count > 1)
            {
                output.Say($"== task {id}: {TaskText.Command(task!)}");
            }

            if (path is null)
            {
                output.Say(found!.Missing!);
                continue;
            }

            using var log = LogFile.Open(path);
            var start = lines is { } last ? LogFile.StartOfLast(log, last) : 0;
            if (start > 0 && output.IsTerminal)
            {
                output.Say($"… (last {lines} lines; --full shows all)");
            }

            LogFile.Copy(log, start, output.Write);
            output.Flush();
        }
    }

    private static void WriteJson(DqInvocation invocation, List<FoundLog> logs, int? lines) =>
        invocation.Output.WriteJson(json =>
        {
            json.WriteStartArray("logs");
            foreach (var (id, task, found, path) in logs.Where(log => log.Task is not null))
            {
                using var log = path is null ? null : LogFile.Open(path);
                var start = log is not null && lines is { } last ? LogFile.StartOfLast(log, last) : 0;
                json.WriteStartObject();
                json.WriteNumber("id", id.Value);
                json.WriteNumber("attempt", found!.Attempt);
                json.WriteString("state", task!.Info.State.ToString());
                json.WriteString("outcome", task.Info.Outcome.ToString());
                TaskJson.WriteNumber(json, "exit_code", task.Result?.ExitCode);
                TaskJson.WriteNumber(json, "signal", task.Result?.Signal);
                json.WriteString("path", path);
                json.WriteString("missing", found.Missing);
                json.WriteNumber("bytes", log is null ? 0 : RandomAccess.GetLength(log));
                json.WriteNumber("from_byte", start);
                json.WritePropertyName("text");
                WriteText(json, log, start);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });

    /// <summary>Block by block, so that a long log does not fill the memory.</summary>
    private static void WriteText(Utf8JsonWriter json, SafeFileHandle? log, long start)
    {
        var decoder = new TaskLogDecoder();
        if (log is not null)
        {
            LogFile.Copy(log, start, bytes =>
            {
                json.WriteStringValueSegment(decoder.Decode(bytes), isFinalSegment: false);
                json.Flush();
            });
        }

        json.WriteStringValueSegment(decoder.Decode([], isLast: true), isFinalSegment: true);
    }

    /// <summary>The log of one task; without a task, there is none of this id.</summary>
    private sealed record FoundLog(TaskId Id, TaskView? Task = null, TaskLog? Log = null, string? Path = null);
}
