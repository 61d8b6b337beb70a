using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Output;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands.Inspection;

internal static class StatusCommand
{
    private const int MostFinished = 50;

    /// <summary>The most rows of the table; a query shows all.</summary>
    private const int MostActive = 1_000;

    private const int FlushAbove = 64 * 1024;

    public static Command Create()
    {
        var query = new Argument<string?>("query")
        {
            Description = "A query, as one argument: 'status=failed and group=ml order by ended desc limit 10' (docs/query-language.md).",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var groups = Values.Groups("Only tasks of this group. Repeatable.");
        var showEnvironment = Values.Flag("--show-env", "With --json: include the environments, with any secrets in them.");
        var line = Values.Flag("--line", "One short line for a prompt or a status bar. Always ends with 0.");
        return new Command("status", "Show the groups, the active tasks and the last finished ones.")
            .With(query, groups, showEnvironment, line)
            .WithAction(async invocation =>
            {
                if (invocation.Get(line))
                {
                    if (invocation.Json || invocation.Get(query) is not null)
                    {
                        throw CliException.BadInput("--line is for all tasks or for groups (-g), and is text: it takes neither a query nor --json.");
                    }

                    await StatusLine.WriteAsync(invocation, invocation.Get(groups) is { Length: > 0 } given ? given : null);
                    return ExitCode.Done;
                }

                var asked = new TaskQuery
                {
                    Filter = invocation.Get(query) is { } text ? TaskFilter.Parse(text, invocation.Time) : null,
                    Groups = invocation.Get(groups) is { Length: > 0 } names ? names : null,
                };
                if (invocation.Json)
                {
                    await WriteJsonAsync(invocation, asked, invocation.Get(showEnvironment));
                }
                else if (asked.Filter is not null)
                {
                    await WriteFoundAsync(invocation, asked);
                }
                else
                {
                    await WriteTableAsync(invocation, asked);
                }

                return ExitCode.Done;
            });
    }

    private static async Task WriteJsonAsync(DqInvocation invocation, TaskQuery query, bool showEnvironment)
    {
        var queue = await invocation.OpenAsync();
        var situation = await QueueSituation.ReadAsync(invocation);
        var (now, files) = (invocation.Time.GetUtcNow(), invocation.Files);
        await invocation.Output.WriteJsonAsync(async json =>
        {
            json.WriteStartArray("tasks");
            await foreach (var task in TaskViews.ReadAsync(queue, query, invocation.Token))
            {
                await situation.ExplainAsync([task], invocation.Token);
                TaskJson.Write(json, task, files, now, showEnvironment);
                if (json.BytesPending > FlushAbove)
                {
                    await json.FlushAsync(invocation.Token);
                }
            }

            json.WriteEndArray();
        });
    }

    private static async Task WriteFoundAsync(DqInvocation invocation, TaskQuery query)
    {
        var queue = await invocation.OpenAsync();
        var tasks = new List<TaskView>();
        await foreach (var task in TaskViews.ReadAsync(queue, query, invocation.Token))
        {
            tasks.Add(task);
        }

        await WriteAsync(invocation, tasks);
        if (tasks.Count == 0)
        {
            invocation.Output.Say("No task matches.");
        }
    }

    private static async Task WriteTableAsync(DqInvocation invocation, TaskQuery query)
    {
        var queue = await invocation.OpenAsync();
        var groups = (await queue.Groups.ListAsync(invocation.Token)).Where(group => query.Groups?.Contains(group.Name) ?? true).ToList();
        foreach (var group in groups)
        {
            invocation.Output.Text.WriteLine(SafeText.OneLine(TaskText.Group(group)));
        }

        var active = await queue.Inspector.QueryAsync(query with { States = [TaskState.Queued, TaskState.CheckedOut], Limit = MostActive }, invocation.Token);
        var finished = await queue.Inspector.QueryAsync(
            query with { States = [TaskState.Done, TaskState.Failed, TaskState.Cancelled], Order = TaskOrder.FinishedDescending, Limit = MostFinished }, invocation.Token);
        var tasks = await TaskViews.AddContentsAsync(queue, [.. finished.Tasks.Reverse(), .. active.Tasks], invocation.Token);
        if (tasks.Count > 0)
        {
            invocation.Output.Text.WriteLine();
            await WriteAsync(invocation, tasks);
        }

        var unfinished = groups.Sum(group => group.Counts.Unfinished);
        if (active.Next is not null)
        {
            invocation.Output.Say($"Showing {MostActive} of {unfinished} active tasks; 'dq status \"status in (queued, checkedout)\"' shows all.");
        }
    }

    private static async Task WriteAsync(DqInvocation invocation, List<TaskView> tasks)
    {
        await (await QueueSituation.ReadAsync(invocation)).ExplainAsync(tasks, invocation.Token);
        invocation.Output.Write(TaskColumns.Table(tasks, invocation.Time.GetUtcNow()));
    }
}
