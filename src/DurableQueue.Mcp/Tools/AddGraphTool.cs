using System.ComponentModel;
using System.Text.Json.Nodes;
using DurableQueue.Mcp.Calls;
using DurableQueue.Processes;

namespace DurableQueue.Mcp.Tools;

/// <summary><c>queue_add_graph</c>: adds tasks that depend on each other, all or none.</summary>
internal sealed class AddGraphTool() : QueueTool<AddGraphTool.Input, AddGraphTool.Result>(
    new ToolText(
        "queue_add_graph",
        "Add a graph of tasks",
        """
        Checks a graph of named tasks that depend on each other, and adds all of it or nothing. Example: {"tasks":[{"name":"build","cmd":"make"},{"name":"unit","cmd":"make unit","after":["build"]},
        {"name":"report","cmd":["python","report.py"],"after":{"unit":"finished"}}]}. More of a task: group, env, working_dir, timeout ("1h30m"), retries, priority, label; instead of cmd:
        type and payload. The label is label_prefix and the name, so that queue_wait can wait for the prefix.
        """,
        ToolEffect.Changes) { RunsCommands = true },
    ToolJson.Default.AddGraphToolInput,
    ToolJson.Default.AddGraphToolResult)
{
    protected override async ValueTask<Result> RunAsync(Input input, ToolCall call, CancellationToken cancellationToken)
    {
        var graph = TaskGraphFile.Parse(input.Graph.ToJsonString(), "graph", call.Host.GraphFile with { Format = TaskGraphFileFormat.Json });
        if (!call.Host.Options.AllowCommands && graph.Nodes.FirstOrDefault(node => node.Task.Type == CommandTask.TypeName) is { } command)
        {
            throw new ToolException($"'{command.Name}' is a command, and this application does not let agents run commands. Use 'type' and 'payload' of one of its handlers.");
        }

        var submission = await call.Host.Complete(graph).SubmitAsync(
            call.Queue,
            call.Host.Complete(new TaskGraphSubmitOptions
            {
                LabelPrefix = input.LabelPrefix ?? "",
                DefaultGroup = input.DefaultGroup ?? call.Host.DefaultGroup,
                Isolate = input.Isolate ?? false,
                DryRun = input.DryRun ?? false,
            }),
            cancellationToken).ConfigureAwait(false);
        return new Result
        {
            Ids = input.DryRun == true ? null : submission.Ids.ToDictionary(pair => pair.Key, pair => pair.Value.Value),
            Order = submission.TopologicalOrder,
            IsolatedGroup = submission.IsolatedGroup,
            NewGroups = submission.NewGroups.Count == 0 ? null : submission.NewGroups,
            Warnings = submission.Warnings.Count == 0 ? null : [.. submission.Warnings.Select(warning => warning.Message)],
            Note = input.DryRun == true ? null : await call.Host.OfferWorkerAsync([.. submission.Ids.Values], [], cancellationToken).ConfigureAwait(false),
        };
    }

    internal sealed record Input
    {
        [Description("The graph: an object with 'tasks', a list, as in the example.")]
        public required JsonObject Graph { get; init; }

        [Description("Text before each name; together they are the label.")]
        public string? LabelPrefix { get; init; }

        [Description("The group of tasks that name none. Default: default.")]
        public string? DefaultGroup { get; init; }

        [Description("Puts all tasks into a new group that runs as many at once as the graph allows. Default false.")]
        public bool? Isolate { get; init; }

        [Description("Checks everything and adds nothing. Default false.")]
        public bool? DryRun { get; init; }
    }

    internal sealed record Result
    {
        [Description("The ids by name; missing if nothing was added.")]
        public IReadOnlyDictionary<string, long>? Ids { get; init; }

        [Description("The names in an order in which they can run.")]
        public required IReadOnlyList<string> Order { get; init; }

        public string? IsolatedGroup { get; init; }

        public IReadOnlyList<string>? NewGroups { get; init; }

        public IReadOnlyList<string>? Warnings { get; init; }

        [Description("What you should know, such as a worker that was started.")]
        public string? Note { get; init; }
    }
}
