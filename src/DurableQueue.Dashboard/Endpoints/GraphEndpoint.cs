using DurableQueue.Dashboard.Graphs;
using DurableQueue.Dashboard.Views;

namespace DurableQueue.Dashboard.Endpoints;

/// <summary>The tasks around one, laid out.</summary>
internal static class GraphEndpoint
{
    private const int MostDrawn = 500;

    public static readonly IReadOnlyList<ApiEndpoint> All = [ApiEndpoint.Get("tasks/{id}/graph", DashboardPermission.View, GraphAsync)];

    private static Task GraphAsync(ApiCall call)
    {
        var id = call.TaskId;
        return call.AnswerSharedAsync(
            async (_, token) =>
            {
                var connected = await ConnectedTasks.ReadAsync(call.Queue.Inspector, call.Source.Time, id, token).ConfigureAwait(false);
                return Draw(connected, call.Source.Time.GetUtcNow());
            },
            ViewJson.Default.GraphView);
    }

    private static GraphView Draw(ConnectedTasks connected, DateTimeOffset now)
    {
        var index = connected.Tasks.Select((task, position) => (task.Id, position)).ToDictionary(task => task.Id, task => task.position);
        (int From, int To)[] edges = [.. connected.Edges.Select(edge => (index[edge.From], index[edge.To]))];
        var path = CriticalPath.Of([.. connected.Tasks.Select(task => Weight(task, now))], edges);
        var layout = LayeredLayout.Of(connected.Tasks.Count, edges);
        if (connected.Tasks.Count > MostDrawn)
        {
            return Collapse(connected, edges, layout, path);
        }

        var critical = path.ToHashSet();
        var steps = path.Zip(path.Skip(1)).ToHashSet();
        return new GraphView
        {
            Nodes =
            [
                .. connected.Tasks.Select((task, node) => new GraphNodeView
                {
                    Id = task.Id.Value,
                    Label = task.Label,
                    Type = task.Type,
                    State = Text.Name(task.State),
                    Outcome = task.Outcome == TaskOutcome.None ? null : Text.Name(task.Outcome),
                    X = layout.Corner(node).X,
                    Y = layout.Corner(node).Y,
                    Layer = layout.LayerOf[node],
                    Critical = critical.Contains(node),
                }),
            ],
            Edges =
            [
                .. connected.Edges.Select((edge, number) => new GraphEdgeView
                {
                    From = edge.From.Value,
                    To = edge.To.Value,
                    Kind = Text.Name(edge.Edge.State),
                    Condition = Text.Name(edge.Edge.When),
                    Critical = steps.Contains(edges[number]),
                    Points = [.. layout.Line(number).Select(point => new GraphPointView(point.X, point.Y))],
                }),
            ],
            Collapsed = false,
            Complete = connected.IsComplete,
            Width = layout.Width,
            Height = layout.Height,
            NodeWidth = LayeredLayout.NodeWidth,
            NodeHeight = LayeredLayout.NodeHeight,
        };
    }

    /// <summary>How long it took or has taken; what has not run yet counts as a moment, so that a path of many beats one of few.</summary>
    private static double Weight(TaskInfo task, DateTimeOffset now) =>
        task.StartedAt is { } started ? Math.Max(1, ((task.FinishedAt ?? now) - started).TotalMilliseconds) : 1;

    /// <summary>One node for the tasks of a layer that are in one state: more than hundreds cannot be read.</summary>
    private static GraphView Collapse(ConnectedTasks connected, (int From, int To)[] edges, LayeredLayout layers, IReadOnlyList<int> path)
    {
        var groups = connected.Tasks.Select((task, node) => (Node: node, Key: (Layer: layers.LayerOf[node], task.State)))
            .GroupBy(task => task.Key, task => task.Node).OrderBy(group => group.Key).ToArray();
        var groupOf = groups.SelectMany((group, number) => group.Select(node => (node, number))).ToDictionary(pair => pair.node, pair => pair.number);
        (int From, int To)[] between = [.. edges.Select(edge => (groupOf[edge.From], groupOf[edge.To])).Distinct()];
        var layout = LayeredLayout.Of(groups.Length, between);
        var critical = path.Select(node => groupOf[node]).ToHashSet();
        return new GraphView
        {
            Nodes =
            [
                .. groups.Select((group, number) => new GraphNodeView
                {
                    Id = -1 - number,
                    Count = group.Count(),
                    State = Text.Name(group.Key.State),
                    X = layout.Corner(number).X,
                    Y = layout.Corner(number).Y,
                    Layer = layout.LayerOf[number],
                    Critical = critical.Contains(number),
                }),
            ],
            Edges =
            [
                .. between.Select((edge, number) => new GraphEdgeView
                {
                    From = -1 - edge.From,
                    To = -1 - edge.To,
                    Critical = false,
                    Points = [.. layout.Line(number).Select(point => new GraphPointView(point.X, point.Y))],
                }),
            ],
            Collapsed = true,
            Complete = connected.IsComplete,
            Width = layout.Width,
            Height = layout.Height,
            NodeWidth = LayeredLayout.NodeWidth,
            NodeHeight = LayeredLayout.NodeHeight,
        };
    }
}
