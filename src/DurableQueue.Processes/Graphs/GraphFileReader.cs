namespace DurableQueue.Processes.Graphs;

/// <summary>Builds a graph from the values of a file. Continues after each error, so that all are found at once.</summary>
internal sealed class GraphFileReader
{
    private static readonly string[] RootKeys = ["tasks", "$schema"];
    private static readonly string[] TaskKeys =
        ["cmd", "type", "payload", "after", "group", "priority", "label", "env", "working_dir", "timeout", "retries"];

    /// <summary>The key that holds a setting of <see cref="NewTask"/>.</summary>
    private static readonly Dictionary<string, string> KeysOfSettings = new()
    {
        [nameof(NewTask.Type)] = "type",
        [nameof(NewTask.Payload)] = "payload",
        [nameof(NewTask.Group)] = "group",
        [nameof(NewTask.Label)] = "label",
        [nameof(NewTask.Timeout)] = "timeout",
        [nameof(NewTask.MaxAttempts)] = "retries",
    };

    private readonly GraphFileErrors errors;
    private readonly ValueReader values;
    private readonly WorkReader work;
    private readonly TaskGraph graph = new();
    private readonly List<TaskPositions> positions = [];

    public GraphFileReader(string fileName, TaskGraphFileOptions options)
    {
        errors = new GraphFileErrors(fileName);
        values = new ValueReader(errors);
        work = new WorkReader(options, errors, values);
    }

    /// <exception cref="TaskGraphFileException">The file has errors.</exception>
    public TaskGraph Read(FileNode root)
    {
        switch (root)
        {
            case FileNode.List list:
                ReadTasks(list);
                break;
            case FileNode.Map map:
                var entries = values.Entries(map, RootKeys, "a graph file");
                if (entries.TryGetValue("tasks", out var tasks))
                {
                    ReadTasks(tasks.Value);
                }
                else
                {
                    errors.Add(map.Position, "'tasks' is missing.");
                }

                break;
            default:
                errors.Add(root.Position, $"A graph file is a mapping with the key 'tasks'; this is {root.Kind}.");
                break;
        }

        foreach (var error in graph.Validate())
        {
            errors.AddWhole(PositionOf(error), error.Message);
        }

        return errors.Count == 0 ? graph : throw errors.ToException();
    }

    private void ReadTasks(FileNode tasks)
    {
        switch (tasks)
        {
            case FileNode.Map map:
                foreach (var (name, value) in values.Entries(map, null, "the tasks").Values)
                {
                    ReadTask(name.Position, name.Text, value, isNamed: true);
                }

                break;
            case FileNode.List list:
                foreach (var item in list.Items)
                {
                    ReadTask(item.Position, null, item, isNamed: false);
                }

                break;
            default:
                errors.Add(tasks.Position, $"'tasks' must be a mapping of names to tasks, or a list of tasks with names; it is {tasks.Kind}.");
                break;
        }
    }

    private void ReadTask(SourcePosition position, string? name, FileNode value, bool isNamed)
    {
        if (value is not FileNode.Map map)
        {
            errors.Add(value.Position, $"A task is a mapping of its settings; this is {value.Kind}.");
            return;
        }

        var entries = values.Entries(map, isNamed ? TaskKeys : ["name", .. TaskKeys], "a task");
        if (!isNamed)
        {
            if (!entries.TryGetValue("name", out var named))
            {
                errors.Add(map.Position, "'name' is missing.");
                return;
            }

            if (values.Text(named) is not { } text)
            {
                return;
            }

            (position, name) = (named.Value.Position, text);
        }

        var found = new TaskPositions(position, entries.ToDictionary(entry => entry.Key, entry => entry.Value.Value.Position));
        var before = errors.Count;
        var task = work.Read(position, name!, entries) with
        {
            Group = values.Text(entries.GetValueOrDefault("group")) ?? NewTask.DefaultGroup,
            Label = values.Text(entries.GetValueOrDefault("label")),
            Priority = values.Number(entries.GetValueOrDefault("priority"), int.MinValue, int.MaxValue) ?? 0,
            Timeout = values.Duration(entries.GetValueOrDefault("timeout")),
            MaxAttempts = (values.Number(entries.GetValueOrDefault("retries"), 0, 999_999) ?? 0) + 1,
        };
        var after = entries.TryGetValue("after", out var awaited) ? ReadAfter(awaited.Value, found) : [];

        // A task with errors is replaced by one without: the rules of graphs check the names, and do not report the errors again.
        graph.Add(new TaskGraphNode(name!, errors.Count == before ? task : new NewTask(CommandTask.TypeName))
        {
            After = after,
            KeepsGroup = entries.ContainsKey("group"),
        });
        positions.Add(found);
    }

    private List<TaskGraphDependency> ReadAfter(FileNode after, TaskPositions found)
    {
        var read = new List<TaskGraphDependency>();
        foreach (var item in after is FileNode.List list ? list.Items : [after])
        {
            if (item is FileNode.Map map)
            {
                foreach (var (name, condition) in values.Entries(map, null, "'after'").Values)
                {
                    Add(name.Position, name.Text, values.Condition(condition));
                }
            }
            else if (values.Text(item, "'after'") is { } name)
            {
                Add(item.Position, name, DependencyCondition.Succeeded);
            }
        }

        return read;

        void Add(SourcePosition position, string name, DependencyCondition when)
        {
            read.Add(new TaskGraphDependency(name, when));
            found.After.Add(position);
        }
    }

    private SourcePosition PositionOf(TaskGraphError error)
    {
        if (error.Index is not { } index)
        {
            return new SourcePosition(1, 1);
        }

        var found = positions[index];
        return error.DependencyIndex is { } dependency ? found.After[dependency]
            : error.Setting is { } setting && KeysOfSettings.TryGetValue(setting, out var key) ? found.Values.GetValueOrDefault(key, found.Name)
            : found.Name;
    }

    /// <summary>The positions of a task's name, its values and its dependencies.</summary>
    private sealed record TaskPositions(SourcePosition Name, Dictionary<string, SourcePosition> Values)
    {
        public List<SourcePosition> After { get; } = [];
    }
}
