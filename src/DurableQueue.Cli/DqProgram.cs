using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Commands.Agents;
using DurableQueue.Cli.Commands.Approvals;
using DurableQueue.Cli.Commands.Budgets;
using DurableQueue.Cli.Commands.Control;
using DurableQueue.Cli.Commands.Dashboards;
using DurableQueue.Cli.Commands.Files;
using DurableQueue.Cli.Commands.Groups;
using DurableQueue.Cli.Commands.Inspection;
using DurableQueue.Cli.Commands.Logs;
using DurableQueue.Cli.Commands.NewTasks;
using DurableQueue.Cli.Commands.Notifications;
using DurableQueue.Cli.Commands.Retention;
using DurableQueue.Cli.Commands.Schedules;
using DurableQueue.Cli.Commands.Setup;
using DurableQueue.Cli.Commands.Top;
using DurableQueue.Cli.Commands.Waiting;
using DurableQueue.Cli.Commands.Workers;
using DurableQueue.Cli.Output;

namespace DurableQueue.Cli;

/// <summary>Reads the command line, runs one command and returns its exit code.</summary>
internal static class DqProgram
{
    /// <summary>In the order of the help text.</summary>
    private static readonly NamedCommand[] Commands =
    [
        new(["add"], AddCommand.Create),
        new(["run"], RunCommand.Create),
        new(["status"], StatusCommand.Create),
        new(["show"], ShowCommand.Create),
        new(["log"], LogCommand.Create),
        new(["follow"], FollowCommand.Create),
        new(["wait"], WaitCommand.Create),
        new(["kill"], KillCommand.Create),
        new(["cancel"], CancelCommand.Create),
        new(["approve"], ApproveCommand.Create),
        new(["reject"], RejectCommand.Create),
        new(["retry", "restart"], RetryCommand.Create),
        new(["pause"], PauseCommand.Create),
        new(["start"], StartCommand.Create),
        new(["stash"], StashCommand.Create),
        new(["enqueue"], EnqueueCommand.Create),
        new(["switch"], SwitchCommand.Create),
        new(["edit"], EditCommand.Create),
        new(["env"], EnvCommand.Create),
        new(["send"], SendCommand.Create),
        new(["remove"], RemoveCommand.Create),
        new(["clean"], CleanCommand.Create),
        new(["group"], GroupCommand.Create),
        new(["dag"], DagCommand.Create),
        new(["schedule"], ScheduleCommand.Create),
        new(["approvals"], ApprovalsCommand.Create),
        new(["gate"], GateCommand.Create),
        new(["budget"], BudgetCommand.Create),
        new(["notify"], NotifyCommand.Create),
        new(["export"], ExportCommand.Create),
        new(["import"], ImportCommand.Create),
        new(["backup"], BackupCommand.Create),
        new(["restore"], RestoreCommand.Create),
        new(["reset"], ResetCommand.Create),
        new(["worker"], WorkerCommand.Create),
        new(["doctor"], DoctorCommand.Create),
        new(["config"], ConfigCommand.Create),
        new(["top"], TopCommand.Create),
        new(["dashboard"], DashboardCommand.Create),
        new(["mcp"], McpCommand.Create),
        new(["completions"], CompletionsCommand.Create),
    ];

    public static async Task<int> RunAsync(string[] arguments)
    {
        var output = new ProgramOutput();
        using var interruption = new Interruption();
        int? code = null;
        try
        {
            code = await RunAsync(arguments, output, interruption);
            output.Flush();
            return code.Value;
        }
        catch (OutputClosedException) when (output.Done.Count == 0)
        {
            // The reader closed the pipe because it has seen enough.
            return code ?? ExitCode.Done;
        }
        catch (Exception e) when (e is OutputClosedException or OutputFailedException)
        {
            // What was done stays done, and the command's own exit code says more than the lost output.
            output.Say($"dq: {string.Join(' ', output.Done.Prepend(e.Message))}");
            return code is null or ExitCode.Done ? ExitCode.OutputFailed : code.Value;
        }
    }

    private static async Task<int> RunAsync(string[] arguments, ProgramOutput output, Interruption interruption)
    {
        var parse = Root(arguments).Parse(AfterOption.Spread(arguments), new ParserConfiguration { ResponseFileTokenReplacer = null });
        output.Configure(parse.GetValue(GlobalOptions.Json), ColorOf(parse));
        if (UnknownWords.Describe(parse) is { } unknown)
        {
            return Refuse(parse, output, unknown);
        }

        if (parse.Errors.Count > 0)
        {
            return Refuse(parse, output, string.Join('\n', parse.Errors.Select(ParseErrors.Describe).Distinct()));
        }

        try
        {
            ByteText.CheckArguments(arguments);
            return await parse.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output.Text, Error = Console.Error },
                interruption.Token);
        }
        catch (OperationCanceledException) when (interruption.Signal is not null)
        {
            return interruption.ExitCode;
        }
        catch (Exception e) when (Failures.CodeOf(e) is { } code)
        {
            return Fail(output, IsRun(parse) ? ExitCode.RunFailed : code, Failures.MessageOf(e));
        }
    }

    private static RootCommand Root(string[] arguments)
    {
        var root = new RootCommand("Runs shell commands as durable tasks in one SQLite file. Manual: docs/cli.md.")
        {
            GlobalOptions.Queue,
            GlobalOptions.Json,
            GlobalOptions.Color,
            GlobalOptions.BusyTimeout,
        };
        if (!OperatingSystem.IsWindows())
        {
            // Completion would offer them, and they look like files.
            var help = root.Options.OfType<HelpOption>().Single();
            help.Aliases.Remove("/h");
            help.Aliases.Remove("/?");
        }

        // Creating all commands takes longer than running one, so only those that the line names are created; all of them if it names none.
        var named = Commands.Where(command => command.Names.Any(arguments.Contains)).ToArray();
        foreach (var command in named.Length > 0 ? named : Commands)
        {
            root.Subcommands.Add(command.Create());
        }

        return root;
    }

    /// <summary>A value that is not one of the choices is reported, without colors.</summary>
    private static string ColorOf(ParseResult parse) =>
        parse.GetResult(GlobalOptions.Color) is { Errors: var errors } && errors.Any() ? "never" : parse.GetValue(GlobalOptions.Color)!;

    private static bool IsRun(ParseResult parse) => parse.CommandResult.Command.Name == RunCommand.Name;

    private static int Refuse(ParseResult parse, ProgramOutput output, string message) =>
        Fail(output, IsRun(parse) ? ExitCode.RunFailed : ExitCode.BadInput, $"{message}\nSee '{parse.CommandPath()} --help'.");

    private static int Fail(ProgramOutput output, int code, string message)
    {
        output.Say($"dq: {message}");
        if (output.Json && !output.HasWritten)
        {
            output.WriteJson(json =>
            {
                json.WriteStartObject("error");
                json.WriteNumber("exit_code", code);
                json.WriteString("message", message);
                json.WriteEndObject();
            });
        }

        return code;
    }

    private sealed record NamedCommand(string[] Names, Func<Command> Create);
}
