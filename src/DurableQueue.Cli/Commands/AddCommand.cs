using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Commands;

internal static class AddCommand
{
    public static Command Create()
    {
        var task = new NewCommandOptions(type: new TypeOption());
        var printId = Values.Flag("--print-id", "Write only the id to standard output.");
        var follow = Values.Flag("--follow", "Show its output until it ends. Ctrl-C stops following; the task keeps running.");
        var dryRun = Values.Flag("--dry-run", "Show what would be added without adding it.");
        var noStart = WorkerStart.CreateOption();
        return new Command("add", "Add a command to the queue; with --type, a task for a handler of a service.")
            .With([.. task.Symbols, printId, follow, dryRun, noStart])
            .WithAction(async invocation =>
            {
                var added = await task.ReadAsync(invocation);
                if (invocation.Get(dryRun))
                {
                    await NewGroups.AnnounceAsync(invocation, added.Group, task.FindParallel(invocation));
                    return Show(invocation, added);
                }

                var start = WorkerStart.Read(invocation, noStart);
                var result = await Adding.AddAsync(invocation, added, task.FindParallel(invocation));
                await ReportAsync(invocation, result, added, invocation.Get(printId), start);
                return invocation.Get(follow) ? await Following.FollowAsync(invocation, [result.Id], first: 1) : ExitCode.Done;
            });
    }

    private static async Task ReportAsync(DqInvocation invocation, EnqueueResult result, NewTask task, bool printId, WorkerStart start)
    {
        if (printId && !invocation.Json)
        {
            invocation.Output.Text.WriteLine(result.Id);
            invocation.Output.Flush();
        }
        else if (result.Created && !invocation.Json)
        {
            invocation.Output.Say($"Task {result.Id} was added.");
        }

        // After the id: a worker takes a moment to start.
        await start.ForAsync(result.Id);
        var view = await TaskViews.RequireAsync(await invocation.OpenAsync(), result.Id, invocation.Token);
        await (await QueueSituation.ReadAsync(invocation)).ExplainAsync([view], invocation.Token);
        if (invocation.Json)
        {
            invocation.Output.WriteJson(json =>
            {
                json.WriteNumber("id", result.Id.Value);
                json.WriteBoolean("created", result.Created);
                json.WriteString("group", task.Group);
                json.WriteString("label", task.Label);
                TaskJson.WriteReasons(json, view.Reasons);
            });
        }

        Adding.SayWhyItDoesNotRun(invocation, view);
        invocation.Output.Flush();
    }

    private static int Show(DqInvocation invocation, NewTask task)
    {
        var command = task.Type == CommandTask.TypeName ? CommandTask.FromPayload(task.Payload) : null;
        if (invocation.Json)
        {
            invocation.Output.WriteJson(json =>
            {
                json.WriteBoolean("dry_run", true);
                json.WriteString("type", task.Type);
                json.WriteString("command", command?.ToString());
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
        text.WriteLine(command is null ? $"task of type {task.Type}, {task.Payload.Length} bytes" : command.CommandLine is null ? $"program: {command}" : $"shell line: {command}");
        if (command is not null)
        {
            text.WriteLine($"in: {command.WorkingDirectory}");
        }

        text.WriteLine($"group: {task.Group}, priority: {task.Priority}, attempts: {task.MaxAttempts}"
            + (task.Timeout is { } timeout ? $", timeout: {TaskText.Span(timeout)}" : "")
            + (task.After.Count > 0 ? $", after: {string.Join(", ", task.After.Select(dependency => dependency.On))}" : ""));
        return ExitCode.Done;
    }
}
