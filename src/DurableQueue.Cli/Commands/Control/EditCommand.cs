using System.CommandLine;
using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Commands.Control;

internal static class EditCommand
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var id = Values.Id("id", "A queued task.");
        var line = Values.Text("--command", "The new shell command line.", "LINE", "-c");
        var directory = Values.Text("--working-dir", "The new working directory.", "DIR", "-w", "--working-directory");
        var label = Values.Text("--label", "The new label; '' removes it.", "TEXT", "-l");
        var priority = Values.Number("--priority", "The new priority.", "-p");
        var group = Values.Group("The group to move it to; created if it does not exist.");
        var after = Values.After();
        after.Description = "The new dependencies; they replace all old ones.";
        var independent = Values.Flag("--no-after", "Remove all dependencies.");
        var delay = Values.Duration("--delay", "Do not start it before this time has passed.", "-d");
        var at = Values.Time("--at", "Do not start it before this time; 'now' removes the delay.");
        var retries = Values.Number("--retries", "The number of further attempts after a failure.");
        var payload = new PayloadOptions();
        Option[] flags = [line, directory, label, priority, group, after, independent, delay, at, retries, .. payload.Symbols];
        return new Command("edit", "Change a queued task: with options or, without any, in $VISUAL or $EDITOR.")
            .With([id, .. flags])
            .WithAction(async invocation =>
            {
                invocation.AtMostOne(after, independent);
                invocation.AtMostOne(delay, at);
                var task = invocation.Get(id);
                var report = new ActionReport();
                await report.DoAsync(task, async () =>
                {
                    if (!Array.Exists(flags, invocation.Has))
                    {
                        return await EditInEditorAsync(invocation, task);
                    }

                    var edit = new TaskEdit
                    {
                        Label = invocation.Get(label),
                        Priority = invocation.Get(priority),
                        Group = invocation.Get(group),
                        After = invocation.Get(independent) ? [] : invocation.Get(after) is { Length: > 0 } given ? given : null,
                        NotBefore = invocation.Get(delay) is { } wait ? invocation.Time.GetUtcNow() + wait : invocation.Get(at),
                        MaxAttempts = invocation.Get(retries) + 1,
                        Payload = await payload.ReadAsync(invocation),
                    };
                    await ApplyAsync(invocation, task, edit, invocation.Get(line), invocation.Get(directory));
                    return "changed";
                });
                return report.Finish(invocation);
            });
    }

    private static async Task ApplyAsync(DqInvocation invocation, TaskId id, TaskEdit edit, string? line, string? directory)
    {
        if (line is null && directory is null)
        {
            await RequireOwnPayloadAsync(invocation, id, edit);
            await (await invocation.OpenAsync()).Control.EditAsync(id, edit, invocation.Token);
            return;
        }

        if (edit.Payload is not null)
        {
            throw CliException.BadInput("--command and --working-dir change a command, which has no other payload.");
        }

        var command = await TaskEditing.ReadAsync(invocation, id);
        command = line is null ? command : command with { CommandLine = line, Arguments = null };
        command = directory is null ? command : command with { WorkingDirectory = UserPath.Resolve(directory, "--working-dir") };
        await TaskEditing.SaveAsync(invocation, id, command, edit);
    }

    /// <summary>The payload of a command is made of its settings, which have options of their own.</summary>
    private static async Task RequireOwnPayloadAsync(DqInvocation invocation, TaskId id, TaskEdit edit)
    {
        if (edit.Payload is not null && await (await invocation.OpenAsync()).Inspector.GetAsync(id, invocation.Token) is { Type: CommandTask.TypeName })
        {
            throw CliException.WrongState($"Task {id} is a command; change it with --command and --working-dir.");
        }
    }

    public static async Task<string> EditInEditorAsync(DqInvocation invocation, TaskId id)
    {
        var command = await TaskEditing.ReadAsync(invocation, id);
        var info = await (await invocation.OpenAsync()).Inspector.GetAsync(id, invocation.Token) ?? throw new TaskNotFoundException(id);
        var before = Describe(info, command);
        var after = await AskEditorAsync(before, invocation.Token);
        if (after.AsSpan().TrimEnd().SequenceEqual(before.AsSpan().TrimEnd()))
        {
            return "not changed";
        }

        using var json = JsonDocument.Parse(after, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        var root = json.RootElement;
        foreach (var property in root.EnumerateObject())
        {
            if (property.Name is not ("command" or "arguments" or "working_dir" or "label" or "group" or "priority" or "retries"))
            {
                throw CliException.BadInput($"'{property.Name}' cannot be changed here.");
            }
        }

        command = command with
        {
            CommandLine = Text(root, "command"),
            Arguments = root.TryGetProperty("arguments", out var list) ? [.. list.EnumerateArray().Select(item => item.GetString() ?? "")] : null,
            WorkingDirectory = Text(root, "working_dir") is { } directory ? UserPath.Resolve(directory, "working_dir") : null,
        };
        var edit = new TaskEdit
        {
            Label = Text(root, "label") ?? "",
            Group = Text(root, "group"),
            Priority = root.TryGetProperty("priority", out var priority) ? priority.GetInt32() : null,
            MaxAttempts = root.TryGetProperty("retries", out var retries) ? retries.GetInt32() + 1 : null,
        };
        await TaskEditing.SaveAsync(invocation, id, command, edit);
        return "changed";
    }

    private static string Describe(TaskInfo info, CommandTask command)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Readable))
        {
            json.WriteStartObject();
            if (command.CommandLine is { } line)
            {
                json.WriteString("command", line);
            }
            else
            {
                json.WriteStartArray("arguments");
                foreach (var argument in command.Arguments ?? [])
                {
                    json.WriteStringValue(argument);
                }

                json.WriteEndArray();
            }

            json.WriteString("working_dir", command.WorkingDirectory);
            json.WriteString("label", info.Label);
            json.WriteString("group", info.Group);
            json.WriteNumber("priority", info.Priority);
            json.WriteNumber("retries", info.MaxAttempts - 1);
            json.WriteEndObject();
        }

        return $"{Encoding.UTF8.GetString(stream.ToArray())}\n";
    }

    private static string? Text(JsonElement root, string name) => root.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static async Task<string> AskEditorAsync(string text, CancellationToken cancellationToken)
    {
        var editor = Environment.GetEnvironmentVariable("VISUAL") is { Length: > 0 } visual ? visual : Environment.GetEnvironmentVariable("EDITOR");
        if (string.IsNullOrWhiteSpace(editor))
        {
            throw CliException.BadInput("No editor is set. Set VISUAL or EDITOR, or give the changes as options.");
        }

        var directory = Directory.CreateTempSubdirectory("dq-edit-");
        try
        {
            var file = Path.Combine(directory.FullName, "task.json");
            await File.WriteAllTextAsync(file, text, cancellationToken);

            // Started by the shell, because an editor may have arguments: 'code --wait'.
            var start = OperatingSystem.IsWindows() ? new ProcessStartInfo("cmd.exe") : new ProcessStartInfo("/bin/sh");
            string[] arguments = OperatingSystem.IsWindows() ? ["/c", $"{editor} \"{file}\""] : ["-c", $"{editor} \"$1\"", "sh", file];
            foreach (var argument in arguments)
            {
                start.ArgumentList.Add(argument);
            }

            using var process = Process.Start(start) ?? throw CliException.BadInput($"The editor '{editor}' did not start.");
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0
                ? await File.ReadAllTextAsync(file, cancellationToken)
                : throw CliException.BadInput($"The editor '{editor}' ended with exit code {process.ExitCode}; nothing was changed.");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
