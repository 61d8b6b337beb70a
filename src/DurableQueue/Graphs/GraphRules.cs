using DurableQueue.Dependencies;
using DurableQueue.Queueing;

namespace DurableQueue.Graphs;

/// <summary>Validates a graph.</summary>
internal sealed class GraphRules(IReadOnlyList<TaskGraphNode> nodes)
{
    public const int NameLength = 128;
    private const int MaxCycles = 20;

    /// <summary>The limit of payloads depends on the queue, and is unknown here.</summary>
    private static readonly NewTaskRules TaskRules = new(int.MaxValue, TimeProvider.System);

    private readonly List<TaskGraphError> errors = [];
    private readonly Dictionary<string, int> indexes = [];

    public IReadOnlyList<TaskGraphError> Check()
    {
        if (nodes.Count > Limits.BatchSize)
        {
            return [new TaskGraphError(TaskGraphErrorKind.TooMany, $"The graph has {nodes.Count} tasks, but at most {Limits.BatchSize} are allowed.")];
        }

        for (var i = 0; i < nodes.Count; i++)
        {
            CheckName(i);
        }

        for (var i = 0; i < nodes.Count; i++)
        {
            CheckTask(i);
            CheckAfter(i);
        }

        FindCycles();
        return [.. errors.OrderBy(error => error.Index ?? -1)];
    }

    private void CheckName(int index)
    {
        var name = nodes[index].Name;
        try
        {
            Queueing.Check.Text(name, "Name", NameLength, 1);
        }
        catch (ArgumentException e)
        {
            Add(TaskGraphErrorKind.InvalidName, index, Text(e));
        }

        if (!indexes.TryAdd(name, index))
        {
            Add(TaskGraphErrorKind.DuplicateName, index, $"There is more than one task with the name '{name}'.");
        }
    }

    private void CheckTask(int index)
    {
        var (name, task) = (nodes[index].Name, nodes[index].Task);
        if (task.After.Any(dependency => dependency.ItemNumber > 0))
        {
            Add(TaskGraphErrorKind.InvalidTask, index, $"Task '{name}' depends on an item of a list. In a graph, dependencies must be given by name.");
            return;
        }

        if (task.RunNow && nodes[index].After.Count > 0)
        {
            Add(TaskGraphErrorKind.InvalidTask, index, $"Task '{name}' can't have both RunNow and dependencies.");
        }

        var dependencies = task.After.Count + nodes[index].After.Count;
        if (dependencies > Limits.Dependencies)
        {
            Add(TaskGraphErrorKind.TooMany, index, $"Task '{name}' has {dependencies} dependencies, but at most {Limits.Dependencies} are allowed.");
            return;
        }

        try
        {
            TaskRules.CheckOne(task);
        }
        catch (ArgumentException e)
        {
            errors.Add(new TaskGraphError(TaskGraphErrorKind.InvalidTask, $"Task '{name}': {Text(e)}") { Index = index, Setting = e.ParamName });
        }
    }

    private void CheckAfter(int index)
    {
        var node = nodes[index];
        var conditions = new Dictionary<string, DependencyCondition>();
        for (var i = 0; i < node.After.Count; i++)
        {
            var (on, when) = node.After[i];
            if (on == node.Name)
            {
                Add(TaskGraphErrorKind.SelfReference, index, $"Task '{node.Name}' depends on itself.", i);
            }
            else if (on is null || !indexes.ContainsKey(on))
            {
                Add(TaskGraphErrorKind.UnknownDependency, index, $"Task '{node.Name}' depends on '{on}', which is not in the graph.", i);
            }
            else if (!Enum.IsDefined(when))
            {
                Add(TaskGraphErrorKind.InvalidTask, index, $"Task '{node.Name}' depends on '{on}' with an unknown condition.", i);
            }
            else if (!conditions.TryGetValue(on, out var other))
            {
                conditions.Add(on, when);
            }
            else if (Edges.Merge(other, when) is { } both)
            {
                conditions[on] = both;
            }
            else
            {
                Add(TaskGraphErrorKind.Contradiction, index, $"Task '{node.Name}' requires '{on}' both to succeed and to fail.", i);
            }
        }
    }

    /// <summary>Each task is named in at most one cycle. For duplicate names, only the dependencies of the first task count.</summary>
    private void FindCycles()
    {
        var after = nodes.Select((node, i) => node.After.Where(dependency => dependency.On is not null).Select(dependency => indexes.GetValueOrDefault(dependency.On, i))
            .Where(parent => parent != i).Distinct().ToList()).ToList();
        for (var found = 0; ListCycles.Find(after) is { } cycle; found++)
        {
            if (found == MaxCycles)
            {
                errors.Add(new TaskGraphError(TaskGraphErrorKind.Cycle, $"There are more than {MaxCycles} cycles. The others are not listed."));
                return;
            }

            // Starts with the task that was added first, regardless of where the search found the cycle.
            var first = cycle.Index().MinBy(item => item.Item).Index;
            string[] names = [.. cycle.Skip(first).Concat(cycle.Take(first)).Select(i => nodes[i].Name)];
            var index = cycle[first];
            errors.Add(new TaskGraphError(TaskGraphErrorKind.Cycle, $"Tasks depend on each other in a cycle: {string.Join(" -> ", names)} -> {names[0]}.")
            {
                Index = index,
                DependencyIndex = nodes[index].After.Index().First(item => item.Item.On == names[1 % names.Length]).Index,
                Cycle = names,
            });
            foreach (var task in cycle)
            {
                after[task].Clear();
            }
        }
    }

    private void Add(TaskGraphErrorKind kind, int index, string message, int? dependency = null) =>
        errors.Add(new TaskGraphError(kind, message) { Index = index, DependencyIndex = dependency });

    /// <summary>The message without the name of the argument that .NET appends.</summary>
    private static string Text(ArgumentException e)
    {
        var end = e.Message.LastIndexOf(" (Parameter '", StringComparison.Ordinal);
        return end < 0 ? e.Message : e.Message[..end];
    }
}
