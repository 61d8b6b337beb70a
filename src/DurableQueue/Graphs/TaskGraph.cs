using DurableQueue.Graphs;
using DurableQueue.Queueing;

namespace DurableQueue;

/// <summary>Named tasks that wait for each other, checked as a whole and submitted all or none. Not safe for several threads while it is built.</summary>
public sealed class TaskGraph
{
    private readonly List<TaskGraphNode> nodes = [];

    /// <summary>The tasks in the order in which they were added.</summary>
    public IReadOnlyList<TaskGraphNode> Nodes => nodes;

    /// <summary>Adds a task. Names are checked by <see cref="Validate"/>, so that tasks may be added in any order.</summary>
    /// <param name="name">Unique in the graph: 1 to 128 characters, no control characters.</param>
    /// <param name="task">What is enqueued.</param>
    /// <param name="after">The tasks of the graph that it waits for, added before or later.</param>
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
    /// Everything that is wrong with the graph, in the order of the tasks; empty if it can be submitted. At most 20 cycles are listed, each whole; a
    /// graph of more than 10,000 tasks is not looked into. Limits of the queue itself (the size of payloads, stored tasks that do not exist) show at
    /// the submit.
    /// </summary>
    public IReadOnlyList<TaskGraphError> Validate() => new GraphRules(nodes).Check();

    /// <summary>The names, each behind all that it waits for; of several that could come next, the one that was added first.</summary>
    /// <exception cref="TaskGraphException">The graph is not valid.</exception>
    public IReadOnlyList<string> TopologicalOrder() => [.. Shape().Order.Select(index => nodes[index].Name)];

    /// <summary>
    /// For each group, the largest number of its tasks of which none waits for another, also through tasks of other groups: as many may run at once.
    /// Conditions are not weighed: two tasks of which one runs if a third succeeds, and the other if it fails, count as two.
    /// </summary>
    /// <param name="options">Which groups the tasks go to; default: those that they name. An isolated group without a name is called <c>isolated</c> here.</param>
    /// <exception cref="TaskGraphException">The graph is not valid.</exception>
    public IReadOnlyDictionary<string, int> WidthPerGroup(TaskGraphSubmitOptions? options = null) => GraphPlan.WidthOf(Shape(), Groups(options));

    /// <summary>The graph for people: one line a task, in topological order; its group, if there are several, and what it waits for.</summary>
    /// <param name="options">Which groups the tasks go to; default: those that they name.</param>
    /// <exception cref="TaskGraphException">The graph is not valid.</exception>
    public string ToText(TaskGraphSubmitOptions? options = null) => new GraphDrawing(nodes, Shape(), Groups(options)).Text();

    /// <summary>The graph as a Mermaid flowchart, with a box for each group if there are several.</summary>
    /// <param name="options">Which groups the tasks go to; default: those that they name.</param>
    /// <exception cref="TaskGraphException">The graph is not valid.</exception>
    public string ToMermaid(TaskGraphSubmitOptions? options = null) => new GraphDrawing(nodes, Shape(), Groups(options)).Mermaid();

    /// <summary>The graph in the language of Graphviz, with a box for each group if there are several.</summary>
    /// <param name="options">Which groups the tasks go to; default: those that they name.</param>
    /// <exception cref="TaskGraphException">The graph is not valid.</exception>
    public string ToDot(TaskGraphSubmitOptions? options = null) => new GraphDrawing(nodes, Shape(), Groups(options)).Dot();

    /// <summary>
    /// Checks the whole graph and stores it in one transaction, with the fresh group or the raised limits that the options ask for: all of it or,
    /// after any error or a crash, nothing.
    /// </summary>
    /// <param name="queue">Where to.</param>
    /// <param name="options">How; default: as the tasks say.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="TaskGraphException">The graph is not valid.</exception>
    /// <exception cref="ArgumentException">An option is wrong, a payload too long, or a task names a stored task that does not exist.</exception>
    /// <exception cref="GroupStateException">The isolated group exists already.</exception>
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

    /// <summary>With the prefix, a label may have become too long.</summary>
    private void CheckLabels(TaskGraphSubmitOptions options)
    {
        var errors = new List<TaskGraphError>();
        foreach (var (index, node) in nodes.Index())
        {
            var length = GraphPlan.LabelOf(node, options).Length;
            if (length > Limits.LabelLength)
            {
                errors.Add(new TaskGraphError(
                    TaskGraphErrorKind.InvalidTask, $"Task '{node.Name}': its label has {length} characters with the prefix; at most {Limits.LabelLength} are allowed.")
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
