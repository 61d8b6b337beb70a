using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Tasks;

/// <summary>The options and arguments that say what a new task is; <c>add</c>, <c>run</c> and <c>schedule</c> have them alike.</summary>
/// <param name="optional">The command may be left out: what is given changes a task that is there.</param>
internal sealed class NewCommandOptions(bool optional = false)
{
    private readonly Argument<string[]> command = new("command")
    {
        Description = "One string: a line for the shell. After '--': a program and its arguments, which no shell sees.",
        HelpName = "'LINE' | -- PROGRAM [ARG...]",
        Arity = optional ? ArgumentArity.ZeroOrMore : ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> group = Values.Group("The group it runs in; made, without a limit, if there is none. Default: default.");
    private readonly Option<string?> label = Values.Text("--label", "Free text, for people and for selecting.", "TEXT", "-l");
    private readonly Option<int> priority = new("--priority", "-p") { Description = "Higher runs first. Default 0.", HelpName = "N" };
    private readonly Option<TaskDependency[]> after = Values.After();
    private readonly Option<TimeSpan?> delay = Values.Duration("--delay", "Not before this time has passed: 90, 1h30m.", "-d");
    private readonly Option<DateTimeOffset?> at = Values.Time("--at", "Not before this time: '18:30', 'tomorrow 09:00', 'monday 18:30', ISO 8601.");
    private readonly Option<bool> stash = Values.Flag("--stash", "Put it aside until 'dq enqueue' or 'dq start'.", "-s", "--stashed");
    private readonly Option<bool> immediate = Values.Flag("--immediate", "Run it next, past the limit and the pause of its group.", "-i");
    private readonly Option<string?> workingDirectory = Values.Text("--working-dir", "Where it runs. Default: here.", "DIR", "-w", "--working-directory");
    private readonly Option<string[]> environment = Values.Texts(
        "--env", "A variable more than, or otherwise than, in this environment. NAME alone removes it. Repeatable.", "NAME=VALUE", "-e");

    private readonly Option<bool> cleanEnvironment = Values.Flag("--clean-env", "Give it the environment of the worker instead of this one.");
    private readonly Option<TimeSpan?> timeout = Values.Duration("--timeout", "Stop an attempt that takes longer.");
    private readonly Option<int> retries = new("--retries") { Description = "Further attempts after a failure. Default 0.", HelpName = "N" };
    private readonly Option<TimeSpan?> backoff = Values.Duration("--backoff", "The wait before the second attempt; it doubles with each. Default 1s.");
    private readonly Option<string?> key = Values.Text("--key", "While an unfinished task has this key, the same task is meant and nothing is added.", "KEY");
    private readonly Option<bool> approval = Values.Flag("--approval", "It waits for 'dq approve'.");
    private readonly Option<bool> noStdin = Values.Flag("--no-stdin", "Its input is empty. Default: a pipe that stays open for 'dq send'.");
    private readonly Option<TimeSpan?> killGrace = Values.Duration("--kill-grace", "From SIGTERM to SIGKILL when it is stopped. Default 5s.");
    private readonly Option<int?> nice = Values.Number("--nice", "-20 (first) to 19 (last).");
    private readonly Option<int?> ioNice = Values.Number("--ionice", "0 (first) to 7 (last), 8: only when the disk is idle.");
    private readonly Option<int?> cpuWeight = Values.Number("--cpu-weight", "Share of the processor, 1 to 10000; 100 is the usual. Where systemd can.");
    private readonly Option<long?> memoryMax = Values.Bytes("--memory-max", "The most memory, such as 500M. Where systemd can.");
    private readonly Option<long?> maxOutput = Values.Bytes("--max-output", "Keep this much of the output and drop the rest, with a mark.");
    private readonly Option<bool> separateStderr = Values.Flag("--separate-stderr", "Keep standard error in a file of its own.");
    private readonly Option<string[]> watch = Values.Texts(
        "--watch", "Raise a notification at the first line that matches; 'always:REGEX' at each, 'transition:REGEX' when it begins to. Repeatable.", "REGEX");

    private readonly Option<string[]> unset = UnsetOption.Create();

    public IReadOnlyList<Symbol> Symbols =>
    [
        command, group, label, priority, after, delay, at, stash, immediate, workingDirectory, environment, cleanEnvironment, timeout, retries, backoff, key,
        approval, noStdin, killGrace, nice, ioNice, cpuWeight, memoryMax, maxOutput, separateStderr, watch,
    ];

    /// <summary>Those that a template has too: all but the ones that name one task or one moment.</summary>
    public IReadOnlyList<Symbol> TemplateSymbols => [.. Symbols.Where(symbol => symbol != after && symbol != at)];

    /// <summary>Those that change a template.</summary>
    public IReadOnlyList<Symbol> ChangeSymbols => [.. TemplateSymbols, unset];

    private IEnumerable<Option> CommandOptions =>
        [workingDirectory, environment, cleanEnvironment, noStdin, killGrace, nice, ioNice, cpuWeight, memoryMax, maxOutput, separateStderr, watch];

    /// <summary>What is to be added, and notes for people about it.</summary>
    /// <exception cref="CliException">The arguments contradict each other, or a dependency does not exist.</exception>
    public async ValueTask<NewTask> ReadAsync(DqInvocation invocation)
    {
        var queue = await invocation.OpenAsync();
        var dependencies = invocation.Get(after) ?? [];
        foreach (var dependency in dependencies)
        {
            _ = await queue.Inspector.GetAsync(dependency.On, invocation.Token) ?? throw new TaskNotFoundException(dependency.On);
        }

        var further = invocation.Get(retries);
        if (further < 0)
        {
            throw CliException.BadInput("--retries must not be negative.");
        }

        var task = ReadCommand(invocation).ToTask(task => task with
        {
            Group = invocation.Get(group) ?? NewTask.DefaultGroup,
            Label = invocation.Get(label),
            Priority = invocation.Get(priority),
            After = dependencies,
            Delay = invocation.Get(delay),
            NotBefore = invocation.Get(at),
            Stashed = invocation.Get(stash),
            RunNow = invocation.Get(immediate),
            Timeout = invocation.Get(timeout),
            MaxAttempts = 1 + further,
            Retry = invocation.Get(backoff) is { } first ? RetryPolicy.Exponential(first) : null,
            DedupKey = invocation.Get(key),
            RequiresApproval = invocation.Get(approval),
        });
        await NoteNewGroupAsync(invocation, queue, task.Group);
        return task;
    }

    /// <summary>A template with those settings changed that are given; what is not given stays.</summary>
    /// <returns><see langword="null"/> if nothing is given.</returns>
    /// <exception cref="CliException">The arguments contradict each other, or the task is no command and something of a command is given.</exception>
    public async ValueTask<NewTask?> ChangeAsync(DqInvocation invocation, NewTask task)
    {
        if (!ChangeSymbols.Any(symbol => IsGiven(invocation, symbol)))
        {
            return null;
        }

        if (invocation.Get(retries) < 0)
        {
            throw CliException.BadInput("--retries must not be negative.");
        }

        task = UnsetOption.Apply(task, invocation.Get(unset) ?? []);
        var changed = task with
        {
            Payload = IsGiven(invocation, command) || CommandOptions.Any(invocation.Has) ? ChangeCommand(invocation, task).ToTask().Payload : task.Payload,
            Group = invocation.Get(group) ?? task.Group,
            Label = invocation.Has(label) ? (invocation.Get(label) is { Length: > 0 } text ? text : null) : task.Label,
            Priority = invocation.Has(priority) ? invocation.Get(priority) : task.Priority,
            Delay = invocation.Get(delay) ?? task.Delay,
            Stashed = invocation.Has(stash) || task.Stashed,
            RunNow = invocation.Has(immediate) || task.RunNow,
            Timeout = invocation.Get(timeout) ?? task.Timeout,
            MaxAttempts = invocation.Has(retries) ? 1 + invocation.Get(retries) : task.MaxAttempts,
            Retry = invocation.Get(backoff) is { } first ? RetryPolicy.Exponential(first) : task.Retry,
            DedupKey = invocation.Has(key) ? (invocation.Get(key) is { Length: > 0 } name ? name : null) : task.DedupKey,
            RequiresApproval = invocation.Has(approval) || task.RequiresApproval,
        };
        await NoteNewGroupAsync(invocation, await invocation.OpenAsync(), changed.Group);
        return changed;
    }

    private static bool IsGiven(DqInvocation invocation, Symbol symbol) =>
        symbol is Option option ? invocation.Has(option) : symbol is Argument<string[]> words && invocation.Get(words) is { Length: > 0 };

    private static async ValueTask NoteNewGroupAsync(DqInvocation invocation, ITaskQueue queue, string name)
    {
        if (await queue.Groups.GetAsync(name, invocation.Token) is null)
        {
            invocation.Output.Say($"There is no group {name} yet: it is made, without a limit ('dq group limit {name} N' sets one).");
        }
    }

    private CommandTask ChangeCommand(DqInvocation invocation, NewTask task)
    {
        if (task.Type != CommandTask.TypeName)
        {
            throw CliException.WrongState($"It is no command (its type is {task.Type}): a program that has it changes what it does.");
        }

        var old = CommandTask.FromPayload(task.Payload);
        var (line, arguments) = IsGiven(invocation, command) ? ReadWords(invocation) : (old.CommandLine, old.Arguments);
        return old with
        {
            CommandLine = line,
            Arguments = arguments,
            WorkingDirectory = invocation.Has(workingDirectory) ? ReadDirectory(invocation) : old.WorkingDirectory,
            Environment = invocation.Has(environment) || invocation.Has(cleanEnvironment)
                ? ReadEnvironment(invocation, old.Environment ?? CommandTask.CaptureEnvironment())
                : old.Environment,
            NoInput = invocation.Has(noStdin) || old.NoInput,
            KillGrace = invocation.Get(killGrace) ?? old.KillGrace,
            Nice = invocation.Get(nice) ?? old.Nice,
            IoNice = invocation.Get(ioNice) ?? old.IoNice,
            CpuWeight = invocation.Get(cpuWeight) ?? old.CpuWeight,
            MemoryMaxBytes = invocation.Get(memoryMax) ?? old.MemoryMaxBytes,
            MaxOutputBytes = invocation.Get(maxOutput) ?? old.MaxOutputBytes,
            SeparateErrors = invocation.Has(separateStderr) || old.SeparateErrors,
            Watch = ReadWatch(invocation) ?? old.Watch,
        };
    }

    private (string? Line, IReadOnlyList<string>? Arguments) ReadWords(DqInvocation invocation)
    {
        var words = invocation.Get(command) ?? [];
        var isList = invocation.Parse.Tokens.Any(token => token.Type == System.CommandLine.Parsing.TokenType.DoubleDash);
        if (!isList && words.Length > 1)
        {
            throw CliException.BadInput("Several words can be meant in two ways. One string is a line for the shell: 'make test && echo ok'. "
                + "A program and its arguments come after '--': -- make test");
        }

        return isList ? (null, words) : (words[0], null);
    }

    private string ReadDirectory(DqInvocation invocation)
    {
        var directory = invocation.Get(workingDirectory) is { } given ? UserPath.Resolve(given, "--working-dir") : UserPath.WorkingDirectory;
        return Directory.Exists(directory) ? directory : throw CliException.BadInput($"There is no directory {directory} to run in.");
    }

    private OutputPattern[]? ReadWatch(DqInvocation invocation) => invocation.Get(watch) is { Length: > 0 } patterns ? [.. patterns.Select(ReadPattern)] : null;

    private CommandTask ReadCommand(DqInvocation invocation)
    {
        var (line, arguments) = ReadWords(invocation);
        return new CommandTask
        {
            CommandLine = line,
            Arguments = arguments,
            WorkingDirectory = ReadDirectory(invocation),
            Environment = ReadEnvironment(invocation, CommandTask.CaptureEnvironment()),
            NoInput = invocation.Get(noStdin),
            KillGrace = invocation.Get(killGrace),
            Nice = invocation.Get(nice),
            IoNice = invocation.Get(ioNice),
            CpuWeight = invocation.Get(cpuWeight),
            MemoryMaxBytes = invocation.Get(memoryMax),
            MaxOutputBytes = invocation.Get(maxOutput),
            SeparateErrors = invocation.Get(separateStderr),
            Watch = ReadWatch(invocation),
        };
    }

    private Dictionary<string, string>? ReadEnvironment(DqInvocation invocation, IEnumerable<KeyValuePair<string, string>> from)
    {
        var changes = invocation.Get(environment) ?? [];
        if (invocation.Get(cleanEnvironment))
        {
            return changes.Length == 0 ? null : throw CliException.BadInput("--clean-env gives the worker's environment as it is: --env cannot change it.");
        }

        var variables = from.ToDictionary(StringComparer.Ordinal);
        foreach (var change in changes)
        {
            var (name, value) = change.IndexOf('=', StringComparison.Ordinal) is var split and >= 0 ? (change[..split], change[(split + 1)..]) : (change, null);
            if (name.Length == 0)
            {
                throw CliException.BadInput($"'{change}' names no variable; write --env NAME=VALUE.");
            }

            variables.Remove(name);
            if (value is not null)
            {
                variables.Add(name, value);
            }
        }

        return variables;
    }

    private static OutputPattern ReadPattern(string text)
    {
        var split = text.IndexOf(':', StringComparison.Ordinal);
        return (split > 0 ? text[..split] : "") switch
        {
            "always" => new OutputPattern(text[(split + 1)..]) { Mode = OutputWatchMode.Always },
            "transition" => new OutputPattern(text[(split + 1)..]) { Mode = OutputWatchMode.Transition },
            "first" => new OutputPattern(text[(split + 1)..]),
            _ => new OutputPattern(text),
        };
    }
}
