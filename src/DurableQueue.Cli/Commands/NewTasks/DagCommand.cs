using System.CommandLine;
using System.Security.Cryptography;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Commands.Workers;
using DurableQueue.Cli.Tasks;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Commands.NewTasks;

internal static class DagCommand
{
    private const int BlockSize = 64 * 1024;

    private static readonly string[] GraphKinds = ["text", "mermaid", "dot"];

    public static Command Create() => new Command("dag", "Work with graphs of named tasks in YAML or JSON files.").With(Submit(), Print());

    private static Command Submit()
    {
        var file = FileArgument();
        var format = FormatOption();
        var prefix = new Option<string>("--label-prefix") { Description = "Text to put before the label of each task.", HelpName = "TEXT", DefaultValueFactory = _ => "" };
        var ungrouped = new GroupChoice(Values.Text("--default-group", "The group of tasks that name none. Default: default.", "NAME"));
        var isolated = new Option<string?>("--isolated-group")
        {
            Description = "Put all tasks into a new group that runs as many at once as the graph allows; by default it is named after a hash of the file.",
            HelpName = "NAME",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var autoParallel = Values.Flag("--auto-parallel", "Raise the limits of existing groups to the width of the graph.");
        var dryRun = Values.Flag("--dry-run", "Check everything and report without adding anything.");
        var printGraph = new Option<string?>("--print-graph")
        {
            Description = "Also draw the graph, in the report and on standard error. Default: text.",
            HelpName = "text|mermaid|dot",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var noStart = WorkerStart.CreateOption();
        return new Command("submit", "Check a graph and add all of its tasks, or none. Writes a JSON report.")
            .With(file, format, prefix, ungrouped.Group, ungrouped.Project, ungrouped.Parallel, isolated, autoParallel, dryRun, printGraph, noStart)
            .WithAction(async invocation =>
            {
                // An option with an optional value takes the file for its value if the file comes next.
                var (path, group, kind) = (invocation.Get(file), invocation.Get(isolated), invocation.Get(printGraph));
                if (path is null && group is not null && (group == "-" || File.Exists(group)))
                {
                    (path, group) = (group, null);
                }
                else if (path is null && kind is not null && !GraphKinds.Contains(kind))
                {
                    (path, kind) = (kind, null);
                }

                invocation.RequireSettings();
                var start = WorkerStart.Read(invocation, noStart);
                using var text = Read(path);
                var graph = CommandDefaults.Apply(invocation.Settings, Load(text, path!, invocation.Get(format)));
                RefuseContradictions(invocation, ungrouped, isolated, autoParallel);
                var (name, parallel) = (ungrouped.Find(invocation, UserPath.WorkingDirectory), ungrouped.FindParallel(invocation));
                var created = parallel is { } limit && !invocation.Has(isolated) && await CreateAsync(invocation, graph, name, limit, invocation.Get(dryRun));
                var drawn = invocation.Has(printGraph) ? Draw(graph, kind ?? GraphKinds[0]) : null;
                var submission = await graph.SubmitAsync(
                    await invocation.OpenAsync(),
                    new TaskGraphSubmitOptions
                    {
                        LabelPrefix = invocation.Get(prefix)!,
                        DefaultGroup = name,
                        Isolate = invocation.Has(isolated),
                        IsolatedGroup = invocation.Has(isolated) ? group ?? await NameGroupAsync(invocation, text) : null,
                        IsolatedParallelism = parallel,
                        AutoParallel = invocation.Get(autoParallel),
                        NewGroups = invocation.NewGroups,
                        DryRun = invocation.Get(dryRun),
                    },
                    invocation.Token);
                Report(invocation, created ? submission with { NewGroups = [name, .. submission.NewGroups] } : submission, invocation.Get(dryRun), drawn);
                await NewGroups.SayAsync(invocation, submission.NewGroups);
                await start.ForAsync(invocation.Get(dryRun) ? [] : [.. submission.Ids.Values]);
                CommandDefaults.SayWhatIsMissing(invocation);
                return ExitCode.Done;
            });
    }

    private static void RefuseContradictions(DqInvocation invocation, GroupChoice ungrouped, Option<string?> isolated, Option<bool> autoParallel)
    {
        if (invocation.Has(isolated) && (invocation.Has(ungrouped.Project) || invocation.Has(ungrouped.Group)))
        {
            throw CliException.BadInput($"--isolated-group puts all tasks into one new group; leave out {(invocation.Has(ungrouped.Project) ? "--project" : "--default-group")}.");
        }

        if (invocation.Has(autoParallel) && invocation.Has(ungrouped.Parallel))
        {
            throw CliException.BadInput("--parallel gives a limit, and --auto-parallel raises it; give one of them.");
        }
    }

    /// <returns>Whether the group was created.</returns>
    private static async Task<bool> CreateAsync(DqInvocation invocation, TaskGraph graph, string group, int limit, bool dryRun)
    {
        graph.Validate();
        if (dryRun)
        {
            await NewGroups.AnnounceAsync(invocation, group, limit);
            return false;
        }

        return await NewGroups.RequireLimitAsync(invocation, group, limit);
    }

    private static Command Print()
    {
        var file = FileArgument();
        var format = FormatOption();
        var kind = new Option<string>("--as") { Description = "text, mermaid or dot. Default: text.", HelpName = "text|mermaid|dot", DefaultValueFactory = _ => GraphKinds[0] };
        return new Command("print", "Check a graph and draw it without adding anything.")
            .With(file, format, kind)
            .WithAction(invocation =>
            {
                using var text = Read(invocation.Get(file));
                invocation.Output.Text.Write(Draw(Load(text, invocation.Get(file)!, invocation.Get(format)), invocation.Get(kind)!));
                return Task.FromResult(ExitCode.Done);
            });
    }

    private static Argument<string?> FileArgument() => new("file") { Description = "The graph file; - is standard input.", Arity = ArgumentArity.ZeroOrOne };

    private static Option<TaskGraphFileFormat> FormatOption() => new("--format")
    {
        Description = "yaml or json. Default: by the name of the file or its first character.",
        HelpName = "yaml|json",
    };

    /// <returns>The whole file, or a little more than a graph may have.</returns>
    private static MemoryStream Read(string? path)
    {
        using var file = path switch
        {
            null => throw CliException.BadInput("Name the graph file; - is standard input."),
            "-" => Console.OpenStandardInput(),
            _ => File.OpenRead(path),
        };
        var text = new MemoryStream();
        var block = new byte[BlockSize];
        for (int read; text.Length <= TaskGraphFile.MaxBytes && (read = file.Read(block)) > 0;)
        {
            text.Write(block, 0, read);
        }

        return text;
    }

    private static TaskGraph Load(MemoryStream text, string path, TaskGraphFileFormat format)
    {
        // As for 'dq add': commands run here, with this environment, unless the file says otherwise.
        var options = new TaskGraphFileOptions { Format = format, WorkingDirectory = UserPath.WorkingDirectory, Environment = CommandTask.CaptureEnvironment() };
        text.Position = 0;
        return TaskGraphFile.Load(text, path, options);
    }

    /// <summary>Names an isolated group after the file, so that it can be known before; with a number if the file was submitted before.</summary>
    private static async Task<string> NameGroupAsync(DqInvocation invocation, MemoryStream text)
    {
        var queue = await invocation.OpenAsync();
        text.Position = 0;
        var first = $"dag-{Convert.ToHexStringLower(await SHA256.HashDataAsync(text, invocation.Token))[..8]}";
        var name = first;
        for (var number = 2; await queue.Groups.GetAsync(name, invocation.Token) is not null; number++)
        {
            name = $"{first}-{number}";
        }

        return name;
    }

    private static string Draw(TaskGraph graph, string kind) => kind switch
    {
        "text" => graph.ToText(),
        "mermaid" => graph.ToMermaid(),
        "dot" => graph.ToDot(),
        _ => throw CliException.BadInput($"'{kind}' is not a graph format; write text, mermaid or dot."),
    };

    private static void Report(DqInvocation invocation, GraphSubmission submission, bool dryRun, string? drawn)
    {
        if (drawn is not null)
        {
            invocation.Output.Say(drawn.TrimEnd('\n'));
        }

        foreach (var warning in submission.Warnings)
        {
            invocation.Output.Say($"warning: {warning.Message}; to fix it: {warning.Command}");
        }

        if (!dryRun)
        {
            invocation.Output.Remember($"These tasks were added: {string.Join(", ", submission.Ids.Select(each => $"{each.Key} ({each.Value})"))}.");
        }

        invocation.Output.WriteJson(json =>
        {
            json.WriteBoolean("dry_run", dryRun);
            json.WriteStartObject("ids");
            foreach (var (name, id) in submission.Ids)
            {
                json.WriteNumber(name, id.Value);
            }

            json.WriteEndObject();
            json.WriteStartArray("topo_order");
            foreach (var name in submission.TopologicalOrder)
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
            json.WriteStartObject("width_per_group");
            foreach (var (group, width) in submission.WidthPerGroup)
            {
                json.WriteNumber(group, width);
            }

            json.WriteEndObject();
            json.WriteString("isolated_group", submission.IsolatedGroup);
            json.WriteStartArray("new_groups");
            foreach (var group in submission.NewGroups)
            {
                json.WriteStringValue(group);
            }

            json.WriteEndArray();
            json.WriteStartArray("warnings");
            foreach (var warning in submission.Warnings)
            {
                json.WriteStartObject();
                json.WriteString("group", warning.Group);
                json.WriteString("message", warning.Message);
                json.WriteString("command", warning.Command);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            if (drawn is not null)
            {
                json.WriteString("graph", drawn);
            }
        });
    }
}
