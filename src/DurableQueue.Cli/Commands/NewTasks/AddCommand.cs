using System.CommandLine;
using System.Text.Json;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Commands.Inspection;
using DurableQueue.Cli.Commands.Logs;
using DurableQueue.Cli.Commands.Workers;
using DurableQueue.Cli.Tasks;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Commands.NewTasks;

internal static class AddCommand
{
    public static Command Create()
    {
        var task = new NewCommandOptions(type: new TypeOption());
        var printId = Values.Flag("--print-id", "Write only the id to standard output.");
        var follow = Values.Flag("--follow", "Show its output until it ends. Ctrl-C stops following; the task keeps running.");
        var dryRun = Values.Flag("--dry-run", "Show what would be added without adding it.");
        var noStart = WorkerStart.CreateOption();
        return new Command("add", "Add a command to the queue; with -, each line of standard input; with --type, a task for a handler of a service.")
            .With([.. task.Symbols, printId, follow, dryRun, noStart])
            .WithAction(async invocation =>
            {
                invocation.AtMostOne(dryRun, follow);
                invocation.AtMostOne(dryRun, printId);
                var added = await task.ReadAsync(invocation);
                var lines = task.ReadsLines(invocation) ? await ReadLinesAsync(invocation, added) : null;
                if (invocation.Get(dryRun))
                {
                    await NewGroups.AnnounceAsync(invocation, added.Group, task.FindParallel(invocation));
                    return Show(invocation, added, lines);
                }

                var start = WorkerStart.Read(invocation, noStart);
                var ids = lines is null
                    ? await AddOneAsync(invocation, added, task.FindParallel(invocation), invocation.Get(printId), start)
                    : await AddLinesAsync(invocation, added, task.FindParallel(invocation), lines, invocation.Get(printId), start);
                return invocation.Get(follow) ? await Following.FollowAsync(invocation, ids, first: 1) : ExitCode.Done;
            });
    }

    private static async Task<List<string>> ReadLinesAsync(DqInvocation invocation, NewTask task) => task.DedupKey is null
        ? await CommandLines.ReadAsync(invocation)
        : throw CliException.BadInput("--key names one task and can't be given to each line of standard input.");

    private static async Task<List<TaskId>> AddOneAsync(DqInvocation invocation, NewTask task, int? parallel, bool printId, WorkerStart start)
    {
        var result = await Adding.AddAsync(invocation, task, parallel);
        SayAdded(invocation, [result.Id], printId, result.Created ? $"Task {result.Id} was added ({Adding.Place(task)})." : null);
        await ReportAsync(invocation, result.Id, start, (json, view) =>
        {
            json.WriteNumber("id", result.Id.Value);
            json.WriteNumber("task_id", result.Id.Value);
            json.WriteBoolean("created", result.Created);
            json.WriteString("group", view.Info.Group);
            json.WriteString("label", view.Info.Label);
            json.WriteString("command", view.Command?.ToString());
            TaskJson.WriteAfter(json, view.After);
            TaskJson.WriteHolds(json, view.Info.Holds);
            TaskJson.WriteReasons(json, view.Reasons);
            json.WriteString("log", view.IsCommand ? invocation.Files.Log(result.Id, Math.Max(1, view.Info.Attempt)) : null);
        });
        return [result.Id];
    }

    private static async Task<List<TaskId>> AddLinesAsync(
        DqInvocation invocation, NewTask template, int? parallel, List<string> lines, bool printId, WorkerStart start)
    {
        var ids = await AddLines.AddAsync(invocation, template, lines, parallel);
        SayAdded(invocation, ids, printId, AddLines.Describe(ids));
        await ReportAsync(invocation, ids[0], start, (json, first) => AddLines.Write(json, ids, lines, first));
        return ids;
    }

    private static void SayAdded(DqInvocation invocation, List<TaskId> ids, bool printIds, string? message)
    {
        if (printIds && !invocation.Json)
        {
            ids.ForEach(id => invocation.Output.Text.WriteLine(id));
            invocation.Output.Flush();
        }
        else if (message is not null && !invocation.Json)
        {
            invocation.Output.Say(message);
        }
    }

    private static async Task ReportAsync(DqInvocation invocation, TaskId id, WorkerStart start, Action<Utf8JsonWriter, TaskView> write)
    {
        // After the id: a worker takes a moment to start.
        await start.ForAsync(id);
        var view = await TaskViews.RequireAsync(await invocation.OpenAsync(), id, invocation.Token);
        await (await QueueSituation.ReadAsync(invocation)).ExplainAsync([view], invocation.Token);
        if (invocation.Json)
        {
            invocation.Output.WriteJson(json => write(json, view));
        }

        Adding.SayWhyItDoesNotRun(invocation, view);
        invocation.Output.Flush();
    }

    private static int Show(DqInvocation invocation, NewTask task, List<string>? lines)
    {
        var command = task.Type == CommandTask.TypeName ? CommandTask.FromPayload(task.Payload) : null;
        if (invocation.Json)
        {
            invocation.Output.WriteJson(json =>
            {
                json.WriteBoolean("dry_run", true);
                json.WriteString("type", task.Type);
                if (lines is null)
                {
                    json.WriteString("command", command?.ToString());
                }
                else
                {
                    json.WriteStartArray("commands");
                    lines.ForEach(json.WriteStringValue);
                    json.WriteEndArray();
                }

                json.WriteBoolean("shell", command?.CommandLine is not null);
                json.WriteString("working_dir", command?.WorkingDirectory);
                json.WriteString("group", task.Group);
                json.WriteString("label", task.Label);
                json.WriteNumber("priority", task.Priority);
                json.WriteNumber("max_attempts", task.MaxAttempts);
                TaskJson.WriteSeconds(json, "timeout_seconds", task.Timeout);
                json.WriteStartArray("after");
                foreach (var dependency in task.After)
                {
                    json.WriteNumberValue(dependency.On.Value);
                }

                json.WriteEndArray();
                TaskJson.WriteTexts(json, "metadata", task.Metadata ?? new Dictionary<string, string>());
                TaskRecord.WriteCost(json, task.EstimatedCost);
            });
            return ExitCode.Done;
        }

        var text = invocation.Output.Text;
        if (command is null)
        {
            text.WriteLine($"task of type {task.Type}, {task.Payload.Length} bytes");
        }
        else
        {
            foreach (var line in lines ?? [$"{command}"])
            {
                text.WriteLine($"{(command.CommandLine is null ? "program" : "shell line")}: {line}");
            }

            text.WriteLine($"in: {command.WorkingDirectory}");
        }

        text.WriteLine($"group: {task.Group}, priority: {task.Priority}, attempts: {task.MaxAttempts}"
            + (task.Timeout is { } timeout ? $", timeout: {TaskText.Span(timeout)}" : "")
            + (task.After.Count > 0 ? $", after: {string.Join(", ", task.After.Select(dependency => dependency.On))}" : ""));
        return ExitCode.Done;
    }
}
