using System.Globalization;
using System.Text.Json;

namespace DurableQueue.Processes.Graphs;

/// <summary>Makes a graph of a file's values. Goes on behind each mistake, so that all are found at once.</summary>
internal sealed class GraphFileReader(string fileName, TaskGraphFileOptions options)
{
    private const int MaxErrors = 100;
    private const int MaxMessage = 400;

    private static readonly string[] RootKeys = ["tasks", "$schema"];
    private static readonly string[] TaskKeys =
        ["cmd", "type", "payload", "after", "group", "priority", "label", "env", "working_dir", "timeout", "retries"];

    /// <summary>Keys that say something about the command, and nothing about other tasks.</summary>
    private static readonly string[] CommandKeys = ["env", "working_dir"];

    /// <summary>The key by which a setting of <see cref="NewTask"/> is written.</summary>
    private static readonly Dictionary<string, string> KeysOfSettings = new()
    {
        [nameof(NewTask.Type)] = "type",
        [nameof(NewTask.Payload)] = "payload",
        [nameof(NewTask.Group)] = "group",
        [nameof(NewTask.Label)] = "label",
        [nameof(NewTask.Timeout)] = "timeout",
        [nameof(NewTask.MaxAttempts)] = "retries",
    };

    /// <summary>The key by which a setting of <see cref="CommandTask"/> is written.</summary>
    private static readonly (string Setting, string Key)[] KeysOfCommands =
        [(nameof(CommandTask.CommandLine), "cmd"), (nameof(CommandTask.Arguments), "cmd"), (nameof(CommandTask.Environment), "env")];

    private readonly List<(SourcePosition Place, string Message)> errors = [];
    private readonly TaskGraph graph = new();
    private readonly List<TaskPlaces> places = [];
    private IReadOnlyDictionary<string, string>? environment = options.Environment;

    /// <exception cref="TaskGraphFileException">Something is wrong with the file.</exception>
    public TaskGraph Read(FileNode root)
    {
        switch (root)
        {
            case FileNode.List list:
                ReadTasks(list);
                break;
            case FileNode.Map map:
                var entries = Entries(map, RootKeys, "a graph file");
                if (entries.TryGetValue("tasks", out var tasks))
                {
                    ReadTasks(tasks.Value);
                }
                else
                {
                    Add(map.Place, "'tasks' is missing.");
                }

                break;
            default:
                Add(root.Place, $"A graph file is a mapping with the key 'tasks'; this is {root.Kind}.");
                break;
        }

        // Not shortened: a cycle is told whole.
        errors.AddRange(graph.Validate().Select(error => (PlaceOf(error), error.Message)));

        if (errors.Count == 0)
        {
            return graph;
        }

        var told = errors.OrderBy(error => error.Place.Line).ThenBy(error => error.Place.Column).Take(MaxErrors)
            .Select(error => new TaskGraphFileError(fileName, error.Place.Line, error.Place.Column, Plain(error.Message))).ToList();
        if (errors.Count > MaxErrors)
        {
            told[^1] = told[^1] with { Message = $"There are {errors.Count - MaxErrors + 1} more mistakes from here on." };
        }

        throw new TaskGraphFileException(told);
    }

    private void ReadTasks(FileNode tasks)
    {
        switch (tasks)
        {
            case FileNode.Map map:
                foreach (var (name, value) in Entries(map, null, "the tasks").Values)
                {
                    ReadTask(name.Place, name.Text, value, isNamed: true);
                }

                break;
            case FileNode.List list:
                foreach (var item in list.Items)
                {
                    ReadTask(item.Place, null, item, isNamed: false);
                }

                break;
            default:
                Add(tasks.Place, $"'tasks' must be a mapping of names to tasks, or a list of tasks with names; it is {tasks.Kind}.");
                break;
        }
    }

    private void ReadTask(SourcePosition place, string? name, FileNode value, bool isNamed)
    {
        if (value is not FileNode.Map map)
        {
            Add(value.Place, $"A task is a mapping of its settings; this is {value.Kind}.");
            return;
        }

        var entries = Entries(map, isNamed ? TaskKeys : ["name", .. TaskKeys], "a task");
        if (!isNamed)
        {
            if (!entries.TryGetValue("name", out var named))
            {
                Add(map.Place, "'name' is missing.");
                return;
            }

            if (Text(named) is not { } text)
            {
                return;
            }

            (place, name) = (named.Value.Place, text);
        }

        var found = new TaskPlaces(place, entries.ToDictionary(entry => entry.Key, entry => entry.Value.Value.Place));
        var before = errors.Count;
        var task = ReadWork(place, name!, entries);
        task = task with
        {
            Group = Text(entries, "group") ?? NewTask.DefaultGroup,
            Label = Text(entries, "label"),
            Priority = Number(entries, "priority", int.MinValue, int.MaxValue) ?? 0,
            Timeout = Duration(entries, "timeout"),
            MaxAttempts = (Number(entries, "retries", 0, 999_999) ?? 0) + 1,
        };
        var after = entries.TryGetValue("after", out var awaited) ? ReadAfter(awaited.Value, found) : [];

        // What is wrong in the file is told already; the rules of graphs are to look at the names, and not to tell it once more.
        graph.Add(new TaskGraphNode(name!, errors.Count == before ? task : new NewTask(CommandTask.TypeName))
        {
            After = after,
            KeepsGroup = entries.ContainsKey("group"),
        });
        places.Add(found);
    }

    /// <summary>What is to be done: a command, or a task of some other type.</summary>
    private NewTask ReadWork(SourcePosition place, string name, Dictionary<string, (FileNode.Scalar Key, FileNode Value)> entries)
    {
        var hasCommand = entries.TryGetValue("cmd", out var command);
        var hasType = entries.TryGetValue("type", out var type);
        if (hasCommand && hasType)
        {
            Add(type.Key.Place, $"Task '{name}' has both 'cmd' and 'type'; it must have one.");
        }
        else if (!hasCommand && !hasType)
        {
            Add(place, $"Task '{name}' has no command: 'cmd' is missing, or 'type' with 'payload'.");
        }

        foreach (var key in hasType && !hasCommand ? CommandKeys : ["payload"])
        {
            if (entries.TryGetValue(key, out var entry))
            {
                Add(entry.Key.Place, $"'{key}' stands with '{(key == "payload" ? "type" : "cmd")}' only.");
            }
        }

        return hasCommand ? ReadCommand(command.Value, entries)
            : hasType && Text(type) is { } text ? new NewTask(text, Payload(entries))
            : new NewTask(CommandTask.TypeName);
    }

    private NewTask ReadCommand(FileNode command, Dictionary<string, (FileNode.Scalar Key, FileNode Value)> entries)
    {
        var task = new CommandTask { WorkingDirectory = Directory(entries), Environment = ReadEnvironment(entries) };
        switch (command)
        {
            case FileNode.List list:
                task = task with { Arguments = [.. list.Items.Select(item => Text(item, "An argument of 'cmd'") ?? "?")] };
                break;
            default:
                task = task with { CommandLine = Text(command, "'cmd'") ?? "?" };
                break;
        }

        if (CommandRules.FindMistake(task) is { } mistake)
        {
            var (setting, key) = KeysOfCommands.FirstOrDefault(pair => mistake.StartsWith(pair.Setting, StringComparison.Ordinal), (Setting: "", Key: "cmd"));
            Add(entries[key].Value.Place, setting.Length == 0 ? mistake : $"'{key}'{mistake[setting.Length..]}");
        }

        return new NewTask(CommandTask.TypeName, task.ToPayload());
    }

    private string? Directory(Dictionary<string, (FileNode.Scalar Key, FileNode Value)> entries)
    {
        if (Text(entries, "working_dir") is not { } directory)
        {
            return options.WorkingDirectory;
        }

        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        if (home.Length > 0 && (directory is "~" || directory.StartsWith("~/", StringComparison.Ordinal)))
        {
            directory = home + directory[1..];
        }
        else if (directory is ['~' or '$', ..])
        {
            Add(entries["working_dir"].Value.Place, $"'working_dir' is '{directory}': only '~/' is expanded. Write the whole path, or './{directory}' if that is its name.");
        }

        return Path.GetFullPath(directory.Replace('\0', '?'), options.WorkingDirectory ?? System.IO.Directory.GetCurrentDirectory());
    }

    private IReadOnlyDictionary<string, string>? ReadEnvironment(Dictionary<string, (FileNode.Scalar Key, FileNode Value)> entries)
    {
        if (!entries.TryGetValue("env", out var entry))
        {
            return options.Environment;
        }

        if (entry.Value is not FileNode.Map map)
        {
            Add(entry.Value.Place, $"'env' must be a mapping of names to values; it is {entry.Value.Kind}.");
            return null;
        }

        environment ??= CommandTask.CaptureEnvironment();
        var variables = new Dictionary<string, string>(environment);
        foreach (var (name, value) in Entries(map, null, "'env'").Values)
        {
            variables[name.Text] = Text(value, $"'{name.Text}'") ?? "";
        }

        return variables;
    }

    private List<TaskGraphDependency> ReadAfter(FileNode after, TaskPlaces found)
    {
        var read = new List<TaskGraphDependency>();
        foreach (var item in after is FileNode.List list ? list.Items : [after])
        {
            if (item is FileNode.Map map)
            {
                foreach (var (name, condition) in Entries(map, null, "'after'").Values)
                {
                    Add(name.Place, name.Text, Condition(condition));
                }
            }
            else if (Text(item, "'after'") is { } name)
            {
                Add(item.Place, name, DependencyCondition.Succeeded);
            }
        }

        return read;

        void Add(SourcePosition place, string name, DependencyCondition when)
        {
            read.Add(new TaskGraphDependency(name, when));
            found.After.Add(place);
        }
    }

    private DependencyCondition Condition(FileNode node)
    {
        if (node is FileNode.Scalar scalar && Enum.GetNames<DependencyCondition>().FirstOrDefault(n => n.Equals(scalar.Text, StringComparison.OrdinalIgnoreCase)) is { } name)
        {
            return Enum.Parse<DependencyCondition>(name);
        }

        Add(node.Place, $"A condition must be succeeded, failed or finished; this is {(node is FileNode.Scalar { Type: ScalarType.Text } text ? $"'{text.Text}'" : node.Kind)}.");
        return DependencyCondition.Succeeded;
    }

    private ReadOnlyMemory<byte> Payload(Dictionary<string, (FileNode.Scalar Key, FileNode Value)> entries)
    {
        if (!entries.TryGetValue("payload", out var entry))
        {
            return default;
        }

        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            Write(writer, entry.Value);
        }

        return bytes.ToArray();
    }

    private void Write(Utf8JsonWriter writer, FileNode node)
    {
        switch (node)
        {
            case FileNode.Map map:
                writer.WriteStartObject();
                foreach (var (key, value) in Entries(map, null, "'payload'").Values)
                {
                    writer.WritePropertyName(key.Text);
                    Write(writer, value);
                }

                writer.WriteEndObject();
                break;
            case FileNode.List list:
                writer.WriteStartArray();
                foreach (var item in list.Items)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case FileNode.Scalar { Type: ScalarType.Text } text:
                writer.WriteStringValue(text.Text);
                break;
            case FileNode.Scalar scalar:
                writer.WriteRawValue(scalar.Type == ScalarType.Null ? "null" : scalar.Text.ToLowerInvariant());
                break;
        }
    }

    /// <summary>The entries by key; tells of keys that come twice and of those that are not known here.</summary>
    private Dictionary<string, (FileNode.Scalar Key, FileNode Value)> Entries(FileNode.Map map, string[]? known, string what)
    {
        var entries = new Dictionary<string, (FileNode.Scalar Key, FileNode Value)>(map.Entries.Count);
        foreach (var (key, value) in map.Entries)
        {
            if (known is not null && !known.Contains(key.Text))
            {
                Add(key.Place, $"{what} has no key '{key.Text}'; {(Suggestion.For(key.Text, known) is { } near ? $"did you mean '{near}'?" : $"it has {string.Join(", ", known)}.")}");
            }
            else if (!entries.TryAdd(key.Text, (key, value)))
            {
                Add(key.Place, $"'{key.Text}' stands here a second time; the first is in line {entries[key.Text].Key.Place.Line}.");
            }
        }

        return entries;
    }

    private string? Text(Dictionary<string, (FileNode.Scalar Key, FileNode Value)> entries, string key) => entries.TryGetValue(key, out var entry) ? Text(entry) : null;

    private string? Text((FileNode.Scalar Key, FileNode Value) entry) => Text(entry.Value, $"'{entry.Key.Text}'");

    /// <summary>A text. Numbers, <c>true</c> and <c>false</c> are texts as they are written: <c>cmd: true</c> is a command.</summary>
    private string? Text(FileNode node, string what)
    {
        if (node is FileNode.Scalar { Type: not ScalarType.Null } scalar)
        {
            return scalar.Text;
        }

        Add(node.Place, $"{what} must be a text; it is {node.Kind}.");
        return null;
    }

    private int? Number(Dictionary<string, (FileNode.Scalar Key, FileNode Value)> entries, string key, int least, int most)
    {
        if (!entries.TryGetValue(key, out var entry))
        {
            return null;
        }

        if (entry.Value is FileNode.Scalar { Type: ScalarType.Number } scalar
            && int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        Add(entry.Value.Place, $"'{key}' must be a whole number from {least} to {most}; it is {(entry.Value is FileNode.Scalar { Type: ScalarType.Text } text ? $"'{text.Text}'" : entry.Value.Kind)}.");
        return null;
    }

    private TimeSpan? Duration(Dictionary<string, (FileNode.Scalar Key, FileNode Value)> entries, string key)
    {
        if (!entries.TryGetValue(key, out var entry) || Text(entry) is not { } text)
        {
            return null;
        }

        try
        {
            return TimeText.ParseDuration(text);
        }
        catch (FormatException e)
        {
            Add(entry.Value.Place, e.Message);
            return null;
        }
    }

    private SourcePosition PlaceOf(TaskGraphError error)
    {
        if (error.Index is not { } index)
        {
            return new SourcePosition(1, 1);
        }

        var found = places[index];
        return error.DependencyIndex is { } dependency ? found.After[dependency]
            : error.Setting is { } setting && KeysOfSettings.TryGetValue(setting, out var key) ? found.Values.GetValueOrDefault(key, found.Name)
            : found.Name;
    }

    private void Add(SourcePosition place, string message) => errors.Add((place, message.Length <= MaxMessage ? message : message[..MaxMessage] + "…"));

    /// <summary>On one line, whatever the names in it hold, and with a capital.</summary>
    private static string Plain(string message) =>
        string.Concat(message.Select((c, i) => char.IsControl(c) ? '?' : i == 0 ? char.ToUpperInvariant(c) : c));

    /// <summary>Where a task's name, its values and its dependencies stand.</summary>
    private sealed record TaskPlaces(SourcePosition Name, Dictionary<string, SourcePosition> Values)
    {
        public List<SourcePosition> After { get; } = [];
    }
}
