using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableQueue.Mcp.Calls;
using DurableQueue.Mcp.Views;
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
        type and payload. The label is label_prefix and the name, so that queue_wait can wait for the prefix. Of a long graph the result has the first ids, and a query for queue_list.
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
        var offer = input.DryRun == true ? null : await call.Host.OfferWorkerAsync([.. submission.Ids.Values], [], cancellationToken).ConfigureAwait(false);
        return Answer(submission, input, call.Host) with { Note = offer };
    }

    /// <summary>Half of the characters are for the ids, the other half is for the order; the rest of a result does not grow with the graph.</summary>
    private static Result Answer(GraphSubmission submission, Input input, ToolHost host)
    {
        var characters = (input.MaxCharacters ?? host.Options.DefaultCharacters) / 2;
        var order = submission.TopologicalOrder;
        var shown = Fitting.First(order, characters, Length);
        var (ids, isDryRun) = (submission.Ids, input.DryRun == true);
        KeyValuePair<string, TaskId>[] added = isDryRun ? [] : [.. order.Select(name => KeyValuePair.Create(name, ids[name]))];
        var shownIds = Fitting.First(added, characters, pair => Length(pair.Key) + 1 + $"{pair.Value}".Length);
        return new Result
        {
            Total = order.Count,
            Ids = isDryRun ? null : shownIds.ToDictionary(pair => pair.Key, pair => pair.Value.Value),
            Order = shown,
            NotShown = shown.Count == order.Count && shownIds.Count == added.Length ? null : order.Count - Math.Min(shown.Count, isDryRun ? int.MaxValue : shownIds.Count),
            RestQuery = shownIds.Count == added.Length ? null : $"id>={added.Min(pair => pair.Value)} and id<={added.Max(pair => pair.Value)} order by id",
            IsolatedGroup = submission.IsolatedGroup,
            NewGroups = Listed(submission.NewGroups, characters),
            Warnings = Listed([.. submission.Warnings.Select(warning => warning.Message)], characters),
        };
    }

    private static int Length(string name) => JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value.Length + 2;

    private static IReadOnlyList<string>? Listed(IReadOnlyList<string> items, int characters) => items.Count == 0 ? null : Fitting.First(items, characters, Length);

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

        [Description(Descriptions.MaxCharacters)]
        [Range(200, 100_000)]
        public int? MaxCharacters { get; init; }
    }

    internal sealed record Result
    {
        [Description("How many tasks the graph has.")]
        public required int Total { get; init; }

        [Description("The ids by name, as many as fit; missing if nothing was added.")]
        public IReadOnlyDictionary<string, long>? Ids { get; init; }

        [Description("The names in an order in which they can run, as many as fit.")]
        public required IReadOnlyList<string> Order { get; init; }

        [Description("How many names do not fit; missing if all do.")]
        public int? NotShown { get; init; }

        [Description("The query with which queue_list shows all tasks of the graph; missing if all ids are here.")]
        public string? RestQuery { get; init; }

        public string? IsolatedGroup { get; init; }

        public IReadOnlyList<string>? NewGroups { get; init; }

        public IReadOnlyList<string>? Warnings { get; init; }

        [Description("What you should know, such as a worker that was started.")]
        public string? Note { get; init; }
    }
}
