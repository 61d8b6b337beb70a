using DurableQueue.Graphs;
using DurableQueue.Queueing;

namespace DurableQueue;

/// <summary>
/// A graph of named tasks that depend on each other. It is validated as a whole, and submitted all or nothing. Adding tasks is not thread-safe.
/// </summary>
public sealed class TaskGraph
{
    private readonly List<TaskGraphNode> nodes = [];

    /// <summary>The tasks in the order in which they were added.</summary>
    public IReadOnlyList<TaskGraphNode> Nodes => nodes;

    /// <summary>Adds a task. Tasks can be added in any order, because names are only validated by <see cref="Validate"/>.</summary>
    /// <param name="name">The name, which is unique in the graph: 1 to 128 characters, without control characters.</param>
    /// <param name="task">The task to enqueue.</param>
    /// <param name="after">The tasks of the graph that it depends on.</param>
    /// <returns>The graph.</returns>
    public TaskGraph Add(string name, NewTask task, params IReadOnlyList<TaskGraphDependency> after)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(after);
        return Add(new TaskGraphNode(name, task) { After = [.. after] });
    }

    /// <summary>Adds a task.</summary>
    /// <returns>The graph.</returns>
    public TaskGraph Add(TaskGraphNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(node.Name);
        ArgumentNullException.ThrowIfNull(node.Task);
        ArgumentNullException.ThrowIfNull(node.After);
        nodes.Add(node);
        return this;
    }

    /// <summary>
    /// Validates the graph, and returns all errors in the order of the tasks; none if it can be submitted. At most 20 cycles are listed. A graph of more than
    /// 10,000 tasks is not validated further. What depends on the queue, such as the size of payloads and the existence of stored tasks, is checked
    /// when the graph is submitted.
    /// </summary>
    public IReadOnlyList<TaskGraphError> Validate() => new GraphRules(nodes).Check();

    /// <summary>Returns the names in topological order: each task comes after those that it depends on, otherwise in the order in which they were added.</summary>
    /// <exception cref="TaskGraphException">The graph is not valid.</exception>
    public IReadOnlyList<string> TopologicalOrder() => [.. Shape().Order.Select(index => nodes[index].Name)];

    /// <summary>
    /// Computes the width of the graph for each group: the largest number of its tasks that don't depend on each other, directly or through tasks of
    /// other groups, and can therefore run at once. Conditions are ignored: if one of two tasks runs when a third succeeds, and the other when it
    /// fails, they count as two.
    /// </summary>
    /// <param name="options">
    /// Options that change the groups of the tasks; <see langword="null"/> means the groups that they name. An isolated group without a name is
    /// called <c>isolated</c>.
    /// </param>
    /// <exception cref="TaskGraphException">The graph is not valid.</exception>
    public IReadOnlyDictionary<string, int> WidthPerGroup(TaskGraphSubmitOptions? options = null) => GraphPlan.WidthOf(Shape(), Groups(options));

    /// <summary>
    /// Describes the graph as text, one line per task in topological order, with its dependencies, and with its group if there are several.
    /// </summary>
    /// <param name="options">Options that change the groups of the tasks; <see langword="null"/> means the groups that they name.</param>
    /// <exception cref="TaskGraphException">The graph is not valid.</exception>
    public string ToText(TaskGraphSubmitOptions? options = null) => new GraphDrawing(nodes, Shape(), Groups(options)).Text();

    /// <summary>Draws the graph as a Mermaid flowchart, with a box for each group if there are several.</summary>
    /// <param name="options">Options that change the groups of the tasks; <see langword="null"/> means the groups that they name.</param>
    /// <exception cref="TaskGraphException">The graph is not valid.</exception>
    public string ToMermaid(TaskGraphSubmitOptions? options = null) => new GraphDrawing(nodes, Shape(), Groups(options)).Mermaid();

    /// <summary>Draws the graph in the DOT language of Graphviz, with a box for each group if there are several.</summary>
    /// <param name="options">Options that change the groups of the tasks; <see langword="null"/> means the groups that they name.</param>
    /// <exception cref="TaskGraphException">The graph is not valid.</exception>
    public string ToDot(TaskGraphSubmitOptions? options = null) => new GraphDrawing(nodes, Shape(), Groups(options)).Dot();

    /// <summary>
    /// Validates the graph and enqueues it in one transaction, together with the new group or the raised limits of the options. After an error or a
    /// crash, nothing is stored.
    /// </summary>
    /// <param name="queue">The queue.</param>
    /// <param name="options">The options; <see langword="null"/> means the defaults.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="TaskGraphException">The graph is not valid.</exception>
    /// <exception cref="ArgumentException">An option is not valid, a payload is too long, or a task depends on a stored task that doesn't exist.</exception>
    /// <exception cref="GroupStateException">The isolated group already exists.</exception>
    public async ValueTask<GraphSubmission> SubmitAsync(ITaskQueue queue, TaskGraphSubmitOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queue);
        options ??= new TaskGraphSubmitOptions();
        GraphPlan.CheckOptions(options);
        var shape = Shape();
        CheckLabels(options);
        var plan = new GraphPlan(nodes, shape, options, await queue.Groups.ListAsync(cancellationToken).ConfigureAwait(false));
        return plan.Answer(options.DryRun ? [] : await queue.EnqueueAsync(plan.Tasks(), cancellationToken).ConfigureAwait(false));
    }

    private GraphShape Shape()
    {
        var errors = Validate();
        return errors.Count == 0 ? new GraphShape(nodes) : throw new TaskGraphException(errors);
    }

    private string[] Groups(TaskGraphSubmitOptions? options)
    {
        options ??= new TaskGraphSubmitOptions();
        GraphPlan.CheckOptions(options);
        return GraphPlan.GroupsOf(nodes, options, options.Isolate ? options.IsolatedGroup ?? "isolated" : null);
    }

    /// <summary>Checks labels again, because the prefix may have made them too long.</summary>
    private void CheckLabels(TaskGraphSubmitOptions options)
    {
        var errors = new List<TaskGraphError>();
        foreach (var (index, node) in nodes.Index())
        {
            var length = GraphPlan.LabelOf(node, options).Length;
            if (length > Limits.LabelLength)
            {
                errors.Add(new TaskGraphError(
                    TaskGraphErrorKind.InvalidTask, $"Task '{node.Name}': the label has {length} characters with its prefix, but at most {Limits.LabelLength} are allowed.")
                {
                    Index = index,
                });
            }
        }

        if (errors.Count > 0)
        {
            throw new TaskGraphException(errors);
        }
    }
}
