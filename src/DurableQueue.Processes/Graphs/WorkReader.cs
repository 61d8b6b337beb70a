using System.Text.Json;

namespace DurableQueue.Processes.Graphs;

/// <summary>Reads what a task of a graph file does: a command, or a payload of another type.</summary>
internal sealed class WorkReader(TaskGraphFileOptions options, GraphFileErrors errors, ValueReader values)
{
    /// <summary>Keys that concern commands only.</summary>
    private static readonly string[] CommandKeys = ["env", "working_dir"];

    /// <summary>The key that holds a setting of <see cref="CommandTask"/>.</summary>
    private static readonly (string Setting, string Key)[] KeysOfCommands =
        [(nameof(CommandTask.CommandLine), "cmd"), (nameof(CommandTask.Arguments), "cmd"), (nameof(CommandTask.Environment), "env")];

    private IReadOnlyDictionary<string, string>? environment = options.Environment;

    public NewTask Read(SourcePosition position, string name, IReadOnlyDictionary<string, FileEntry> entries)
    {
        var (command, type) = (entries.GetValueOrDefault("cmd"), entries.GetValueOrDefault("type"));
        if (command is not null && type is not null)
        {
            errors.Add(type.Key.Position, $"Task '{name}' has both 'cmd' and 'type'; it must have one.");
        }
        else if (command is null && type is null)
        {
            errors.Add(position, $"Task '{name}' has no command: 'cmd' is missing, or 'type' with 'payload'.");
        }

        foreach (var key in type is not null && command is null ? CommandKeys : ["payload"])
        {
            if (entries.TryGetValue(key, out var entry))
            {
                errors.Add(entry.Key.Position, $"'{key}' is allowed only with '{(key == "payload" ? "type" : "cmd")}'.");
            }
        }

        return command is not null ? ReadCommand(command.Value, entries)
            : values.Text(type) is { } text ? new NewTask(text, ReadPayload(entries.GetValueOrDefault("payload")))
            : new NewTask(CommandTask.TypeName);
    }

    private NewTask ReadCommand(FileNode command, IReadOnlyDictionary<string, FileEntry> entries)
    {
        var task = new CommandTask { WorkingDirectory = ReadDirectory(entries.GetValueOrDefault("working_dir")), Environment = ReadEnvironment(entries.GetValueOrDefault("env")) };
        task = command is FileNode.List list
            ? task with { Arguments = [.. list.Items.Select(item => values.Text(item, "An argument of 'cmd'") ?? "?")] }
            : task with { CommandLine = values.Text(command, "'cmd'") ?? "?" };
        if (CommandRules.FindMistake(task) is { } mistake)
        {
            var (setting, key) = KeysOfCommands.FirstOrDefault(pair => mistake.StartsWith(pair.Setting, StringComparison.Ordinal), (Setting: "", Key: "cmd"));
            errors.Add(entries[key].Value.Position, setting.Length == 0 ? mistake : $"'{key}'{mistake[setting.Length..]}");
        }

        return new NewTask(CommandTask.TypeName, task.ToPayload());
    }

    private string? ReadDirectory(FileEntry? entry)
    {
        if (values.Text(entry) is not { } directory)
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
            errors.Add(entry!.Value.Position, $"'working_dir' is '{directory}': only '~/' is expanded. Write the full path, or './{directory}' if that is its name.");
        }

        return Path.GetFullPath(directory.Replace('\0', '?'), options.WorkingDirectory ?? Directory.GetCurrentDirectory());
    }

    private IReadOnlyDictionary<string, string>? ReadEnvironment(FileEntry? entry)
    {
        if (entry is null)
        {
            return options.Environment;
        }

        if (entry.Value is not FileNode.Map map)
        {
            errors.Add(entry.Value.Position, $"'env' must be a mapping of names to values; it is {entry.Value.Kind}.");
            return null;
        }

        environment ??= CommandTask.CaptureEnvironment();
        var variables = new Dictionary<string, string>(environment);
        foreach (var (name, value) in values.Entries(map, null, "'env'").Values)
        {
            variables[name.Text] = values.Text(value, $"'{name.Text}'") ?? "";
        }

        return variables;
    }

    private ReadOnlyMemory<byte> ReadPayload(FileEntry? entry)
    {
        if (entry is null)
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
                foreach (var (key, value) in values.Entries(map, null, "'payload'").Values)
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
}
