using System.Security.Cryptography;
using DurableQueue.Queueing;

namespace DurableQueue.Graphs;

/// <summary>Plans the submission of a valid graph: the groups of the tasks, their widths, and the warnings.</summary>
internal sealed class GraphPlan
{
    private readonly IReadOnlyList<TaskGraphNode> nodes;
    private readonly TaskGraphSubmitOptions options;
    private readonly GraphShape shape;
    private readonly Dictionary<string, GroupInfo> existing;
    private readonly List<TaskGraphWarning> warnings = [];

    public GraphPlan(IReadOnlyList<TaskGraphNode> nodes, GraphShape shape, TaskGraphSubmitOptions options, IReadOnlyList<GroupInfo> existing)
    {
        this.nodes = nodes;
        this.shape = shape;
        this.options = options;
        this.existing = existing.ToDictionary(group => group.Name);
        if (options.Isolate)
        {
            IsolatedGroup = options.IsolatedGroup ?? MakeName();
            if (this.existing.ContainsKey(IsolatedGroup))
            {
                throw new GroupStateException(IsolatedGroup, $"The group '{IsolatedGroup}' already exists. The group of an isolated graph must be new.");
            }
        }

        Groups = GroupsOf(nodes, options, IsolatedGroup);
        Width = WidthOf(shape, Groups);
        Warn();
    }

    public string? IsolatedGroup { get; }

    /// <summary>The group of each task.</summary>
    public IReadOnlyList<string> Groups { get; }

    public IReadOnlyDictionary<string, int> Width { get; }

    /// <summary>Refuses invalid options, except for what depends on the queue.</summary>
    public static void CheckOptions(TaskGraphSubmitOptions options)
    {
        Check.Text(options.LabelPrefix, nameof(options.LabelPrefix), Limits.LabelLength);
        if (options.DefaultGroup is not null)
        {
            Check.Name(options.DefaultGroup, nameof(options.DefaultGroup));
        }

        if (options.IsolatedGroup is not null)
        {
            Check.Name(options.IsolatedGroup, nameof(options.IsolatedGroup));
            if (!options.Isolate)
            {
                throw new ArgumentException("IsolatedGroup can only be set together with Isolate.", nameof(options.IsolatedGroup));
            }
        }
    }

    public static string[] GroupsOf(IReadOnlyList<TaskGraphNode> nodes, TaskGraphSubmitOptions options, string? isolatedGroup) =>
        [.. nodes.Select(node => isolatedGroup ?? (node is { KeepsGroup: false, Task.Group: NewTask.DefaultGroup } ? options.DefaultGroup : null) ?? node.Task.Group)];

    public static Dictionary<string, int> WidthOf(GraphShape shape, IReadOnlyList<string> groups)
    {
        var width = new GraphWidth(shape.After, shape.Order);
        return shape.Order.GroupBy(index => groups[index]).OrderBy(group => group.Key, StringComparer.Ordinal).ToDictionary(group => group.Key, group => width.Of([.. group]));
    }

    /// <summary>The label of a task: the prefix, followed by its own label or else its name.</summary>
    public static string LabelOf(TaskGraphNode node, TaskGraphSubmitOptions options) =>
        options.LabelPrefix + (string.IsNullOrEmpty(node.Task.Label) ? node.Name : node.Task.Label);

    /// <summary>The tasks in topological order, so that their ids rise in this order.</summary>
    public IReadOnlyList<NewTask> Tasks()
    {
        var places = new int[nodes.Count];
        foreach (var (place, index) in shape.Order.Index())
        {
            places[index] = place;
        }

        var indexes = nodes.Index().ToDictionary(item => item.Item.Name, item => item.Index);
        return [.. shape.Order.Select(index => nodes[index].Task with
        {
            Group = Groups[index],
            GroupParallelism = options.Isolate || options.AutoParallel ? Parallelism(Groups[index], nodes[index].Task.GroupParallelism) : nodes[index].Task.GroupParallelism,
            Label = LabelOf(nodes[index], options),
            After = [.. nodes[index].Task.After, .. nodes[index].After.Select(dependency => TaskDependency.OnItem(places[indexes[dependency.On]], dependency.When))],
        })];
    }

    public GraphSubmission Answer(IReadOnlyList<TaskId> ids) => new()
    {
        Ids = ids.Index().ToDictionary(item => nodes[shape.Order[item.Index]].Name, item => item.Item),
        TopologicalOrder = [.. shape.Order.Select(index => nodes[index].Name)],
        WidthPerGroup = Width,
        IsolatedGroup = IsolatedGroup,
        NewGroups = [.. Width.Keys.Where(group => !existing.ContainsKey(group))],
        Warnings = warnings,
    };

    /// <summary>A group that is created without a limit needs none, except for the isolated one.</summary>
    private int? Parallelism(string group, int? own) =>
        options.Isolate ? options.IsolatedParallelism ?? Width[group]
        : existing.ContainsKey(group) || options.NewGroups.Of(group) > 0 ? Math.Max(Width[group], own ?? options.NewGroups.Of(group))
        : own;

    private void Warn()
    {
        foreach (var (name, width) in Width)
        {
            var group = existing.GetValueOrDefault(name);
            var limit = group?.Parallelism ?? LimitOfNew(name);
            if (limit > 0 && limit < width && !options.AutoParallel && !options.Isolate)
            {
                warnings.Add(new TaskGraphWarning(
                    name, $"group '{name}' runs at most {limit} tasks at once, but the graph could run {width}", RaiseCommand(name, width)));
            }

            if (group?.Paused == true)
            {
                warnings.Add(new TaskGraphWarning(name, $"group '{name}' is paused", $"dq group resume {name}"));
            }
        }
    }

    /// <summary>After a dry run, a new group is still to be created.</summary>
    private string RaiseCommand(string group, int width) =>
        options.DryRun && !existing.ContainsKey(group) ? $"dq group add {group} --limit {width}" : $"dq group limit {group} {width}";

    private int LimitOfNew(string group) =>
        nodes.Index().Where(node => Groups[node.Index] == group).Max(node => node.Item.Task.GroupParallelism) ?? options.NewGroups.Of(group);

    private string MakeName()
    {
        while (true)
        {
            var name = $"dag-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
            if (!existing.ContainsKey(name))
            {
                return name;
            }
        }
    }
}
