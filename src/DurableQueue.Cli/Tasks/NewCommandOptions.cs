using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Tasks;

/// <summary>The options and arguments that describe a new task, shared by <c>add</c>, <c>run</c> and <c>schedule</c>.</summary>
/// <param name="optional">Whether the command may be left out, because the options change an existing task.</param>
/// <param name="type">The options of a task that is not a command; <see langword="null"/>: it must be one.</param>
internal sealed class NewCommandOptions(bool optional = false, TypeOption? type = null)
{
    private readonly Argument<string[]> command = new("command")
    {
        Description = "A single string is a shell command line. After '--': a program and its arguments, run without a shell.",
        HelpName = "'LINE' | -- PROGRAM [ARG...]",
        Arity = optional || type is not null ? ArgumentArity.ZeroOrMore : ArgumentArity.OneOrMore,
    };

    private readonly GroupChoice group = new(Values.Group("The group to run in; created with the limit of the settings if it does not exist. Default: default."));
    private readonly Option<string?> label = Values.Text("--label", "Any text; shown, and usable to select tasks.", "TEXT", "-l");
    private readonly Option<int> priority = new("--priority", "-p") { Description = "Higher priorities run first; how many tasks run at once is --parallel, or the limit of the group. Default: 0.", HelpName = "N" };
    private readonly Option<TaskDependency[]> after = Values.After();
    private readonly Option<TimeSpan?> delay = Values.Duration("--delay", "Do not start it before this time has passed: 90, 1h30m.", "-d");
    private readonly Option<DateTimeOffset?> at = Values.Time("--at", "Do not start it before this time: '18:30', 'tomorrow 09:00', 'monday 18:30', ISO 8601.");
    private readonly Option<bool> stash = Values.Flag("--stash", "Stash it until 'dq enqueue' or 'dq start'.", "-s", "--stashed");
    private readonly Option<bool> immediate = Values.Flag("--immediate", "Run it next, even if its group is full or paused.", "-i");
    private readonly Option<string?> workingDirectory = Values.Text("--working-dir", "The working directory. Default: the current one.", "DIR", "-w", "--working-directory");
    private readonly Option<string[]> environment = Values.Texts(
        "--env", "Set a variable in addition to the current environment; NAME alone removes it. Repeatable.", "NAME=VALUE", "-e");

    private readonly Option<bool> cleanEnvironment = Values.Flag("--clean-env", "Use the worker's environment instead of the current one.");
    private readonly Option<TimeSpan?> timeout = Values.DurationOrNone("--timeout", "Stop an attempt that takes longer than this; none for no limit.");
    private readonly Option<int> retries = new("--retries") { Description = "The number of further attempts after a failure. Default: 0.", HelpName = "N" };
    private readonly Option<TimeSpan?> backoff = Values.Duration("--backoff", "The wait before the second attempt; it doubles with each further one. Default: 1s.");
    private readonly Option<string?> key = Values.Text("--key", "A deduplication key: if an unfinished task has it, nothing is added.", "KEY");
    private readonly Option<bool> approval = Values.Flag("--approval", "Wait for 'dq approve' before it starts.");
    private readonly Option<string[]> metadata = Values.MetadataEntries("Text that travels with the task; gates and budgets can match it. Repeatable.");
    private readonly Option<Cost?> estimate = BudgetCaps.Estimate();
    private readonly Option<bool> noStdin = Values.Flag("--no-stdin", "Give it an empty standard input. Default: a pipe that stays open for 'dq send'.");
    private readonly Option<TimeSpan?> killGrace = Values.Duration("--kill-grace", "The time from SIGTERM to SIGKILL when it is stopped. Default: 5s.");
    private readonly Option<int?> nice = Values.Number("--nice", "The CPU niceness: -20 (first) to 19 (last).");
    private readonly Option<int?> ioNice = Values.Number("--ionice", "The I/O priority: 0 (first) to 7 (last), or 8 to run only when the disk is idle.");
    private readonly Option<int?> cpuWeight = Values.Number("--cpu-weight", "The CPU share: 1 to 10000, normally 100. Needs systemd.");
    private readonly Option<int?> ioWeight = Values.Number("--io-weight", "The I/O share: 1 to 10000, normally 100. Needs systemd.");
    private readonly Option<long?> memoryMax = Values.Bytes("--memory-max", "The memory limit, such as 500M. Needs systemd.");
    private readonly Option<long?> maxOutput = Values.Bytes("--max-output", "Keep this much of the output, mark the cut and drop the rest.");
    private readonly Option<bool> separateStderr = Values.Flag("--separate-stderr", "Keep standard error in a separate file.");
    private readonly WatchOptions watch = new(optional);
    private readonly Option<string[]> unset = UnsetOption.Create();

    public IReadOnlyList<Symbol> Symbols =>
    [
        command, group.Group, group.Project, group.Parallel, label, priority, after, delay, at, stash, immediate, workingDirectory, environment, cleanEnvironment, timeout, retries, backoff, key,
        approval, metadata, estimate, .. type?.Symbols ?? [], noStdin, killGrace, nice, ioNice, cpuWeight, ioWeight, memoryMax, maxOutput, separateStderr, .. watch.All,
    ];

    /// <summary>The options that a template has too: all but those that refer to one task, one group or one point in time.</summary>
    public IReadOnlyList<Symbol> TemplateSymbols => [.. Symbols.Where(symbol => symbol != after && symbol != at && symbol != group.Parallel)];

    /// <summary>The options that change a template.</summary>
    public IReadOnlyList<Symbol> ChangeSymbols => [.. TemplateSymbols, unset];

    private IEnumerable<Option> CommandOptions =>
        [workingDirectory, environment, cleanEnvironment, noStdin, killGrace, nice, ioNice, cpuWeight, ioWeight, memoryMax, maxOutput, separateStderr, .. watch.All];

    /// <summary>The limit that the group of the task must have; <see langword="null"/> if none is given.</summary>
    /// <exception cref="CliException">It is not valid.</exception>
    public int? FindParallel(DqInvocation invocation) => group.FindParallel(invocation);

    /// <summary>Whether the commands are the lines of standard input.</summary>
    public bool ReadsLines(DqInvocation invocation) => invocation.Get(command) is [CommandLines.Word] && !IsList(invocation);

    /// <summary>Reads the task to add, and writes notes about it.</summary>
    /// <exception cref="CliException">The arguments contradict each other, a dependency does not exist, or the group has another limit.</exception>
    public async ValueTask<NewTask> ReadAsync(DqInvocation invocation)
    {
        RefuseContradictions(invocation);
        invocation.RequireSettings();
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

        // Before anything is started for the task, such as a worker.
        var groupName = group.Find(invocation, ReadDirectory(invocation));
        if (FindParallel(invocation) is { } limit && await queue.Groups.GetAsync(groupName, invocation.Token) is { } existing)
        {
            NewGroups.RequireLimit(existing, limit);
        }

        var entries = Values.ReadMetadataEntries(invocation.Get(metadata));
        var task = (type is null ? null : await type.ReadAsync(invocation, GivenOfCommands(invocation))) ?? ReadCommand(invocation).ToTask(task => task with { MaxAttempts = 1 });
        return task with
        {
            Group = groupName,
            Label = invocation.Get(label),
            Priority = invocation.Get(priority),
            After = dependencies,
            Delay = invocation.Get(delay),
            NotBefore = invocation.Get(at),
            Stashed = invocation.Get(stash),
            RunNow = invocation.Get(immediate),
            Timeout = ReadTimeout(invocation, task.Type == CommandTask.TypeName ? invocation.Settings.Get(SettingKeys.Timeout) : null),
            MaxAttempts = invocation.Has(retries) ? 1 + further : task.MaxAttempts,
            Retry = invocation.Get(backoff) is { } first ? RetryPolicy.Exponential(first) : null,
            DedupKey = invocation.Get(key),
            RequiresApproval = invocation.Get(approval),
            Metadata = entries,
            EstimatedCost = invocation.Get(estimate),
        };
    }

    /// <summary>Changes the settings of a template that are given; the others are kept.</summary>
    /// <returns><see langword="null"/> if nothing is given.</returns>
    /// <exception cref="CliException">The arguments contradict each other, or a setting of commands is given and the task is not a command.</exception>
    public async ValueTask<NewTask?> ChangeAsync(DqInvocation invocation, NewTask task)
    {
        if (!ChangeSymbols.Any(symbol => IsGiven(invocation, symbol)))
        {
            return null;
        }

        RefuseContradictions(invocation);
        invocation.AtMostOne(environment, cleanEnvironment);
        foreach (var reset in (invocation.Get(unset) ?? []).Select(name => $"--{name.TrimStart('-')}"))
        {
            if (ChangeSymbols.OfType<Option>().FirstOrDefault(option => option.Name == reset) is { } given && invocation.Has(given))
            {
                throw CliException.BadInput($"--unset {reset[2..]} and {reset} contradict each other.");
            }
        }

        if (invocation.Get(retries) < 0)
        {
            throw CliException.BadInput("--retries must not be negative.");
        }

        task = UnsetOption.Apply(task, invocation.Get(unset) ?? []);
        var changed = task with
        {
            Payload = IsGiven(invocation, command) || CommandOptions.Any(invocation.Has) ? ChangeCommand(invocation, task).ToTask().Payload : task.Payload,
            Group = group.FindGiven(invocation, ReadDirectory(invocation)) ?? task.Group,
            Label = invocation.Has(label) ? (invocation.Get(label) is { Length: > 0 } text ? text : null) : task.Label,
            Priority = invocation.Has(priority) ? invocation.Get(priority) : task.Priority,
            Delay = invocation.Get(delay) ?? task.Delay,
            Stashed = invocation.Has(stash) || task.Stashed,
            RunNow = invocation.Has(immediate) || task.RunNow,
            Timeout = ReadTimeout(invocation, task.Timeout),
            MaxAttempts = invocation.Has(retries) ? 1 + invocation.Get(retries) : task.MaxAttempts,
            Retry = invocation.Get(backoff) is { } first ? RetryPolicy.Exponential(first) : task.Retry,
            DedupKey = invocation.Has(key) ? (invocation.Get(key) is { Length: > 0 } name ? name : null) : task.DedupKey,
            RequiresApproval = invocation.Has(approval) || task.RequiresApproval,
            Metadata = Values.ReadMetadataEntries(invocation.Get(metadata)) is { } entries
                ? (task.Metadata ?? new Dictionary<string, string>()).Where(pair => !entries.ContainsKey(pair.Key)).Concat(entries).ToDictionary()
                : task.Metadata,
            EstimatedCost = invocation.Get(estimate) ?? task.EstimatedCost,
        };
        await NewGroups.AnnounceAsync(invocation, changed.Group);
        return changed;
    }

    /// <summary>What is given that only commands have.</summary>
    private IEnumerable<string> GivenOfCommands(DqInvocation invocation) =>
        [.. IsGiven(invocation, command) ? ["a command"] : Array.Empty<string>(), .. CommandOptions.Where(invocation.Has).Select(option => option.Name)];

    private void RefuseContradictions(DqInvocation invocation)
    {
        invocation.AtMostOne(stash, immediate);
        invocation.AtMostOne(delay, at, immediate);
    }

    private static bool IsGiven(DqInvocation invocation, Symbol symbol) =>
        symbol is Option option ? invocation.Has(option) : symbol is Argument<string[]> words && invocation.Get(words) is { Length: > 0 };

    private CommandTask ChangeCommand(DqInvocation invocation, NewTask task)
    {
        if (task.Type != CommandTask.TypeName)
        {
            throw CliException.WrongState($"The task is not a command (its type is {task.Type}); only its program can change what it does.");
        }

        var old = CommandTask.FromPayload(task.Payload);
        var (line, arguments) = IsGiven(invocation, command) ? ReadWords(invocation) : (old.CommandLine, old.Arguments);
        return watch.Apply(invocation, old with
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
            IoWeight = invocation.Get(ioWeight) ?? old.IoWeight,
            MemoryMaxBytes = invocation.Get(memoryMax) ?? old.MemoryMaxBytes,
            MaxOutputBytes = invocation.Get(maxOutput) ?? old.MaxOutputBytes,
            SeparateErrors = invocation.Has(separateStderr) || old.SeparateErrors,
        });
    }

    private static bool IsList(DqInvocation invocation) =>
        invocation.Parse.Tokens.Any(token => token.Type == System.CommandLine.Parsing.TokenType.DoubleDash);

    private (string? Line, IReadOnlyList<string>? Arguments) ReadWords(DqInvocation invocation)
    {
        var words = invocation.Get(command) ?? [];
        if (words.Length == 0)
        {
            throw CliException.BadInput("Give a command: a line for the shell in quotes, or a program and its arguments after '--'. For a task of a service, give its --type.");
        }

        var isList = IsList(invocation);
        if (!isList && words.Length > 1)
        {
            throw CliException.BadInput("Several words are ambiguous. Quote a shell command line as one string: 'make test && echo ok'. "
                + "Put a program and its arguments after '--': -- make test");
        }

        if (isList)
        {
            ProgramWords.Require(invocation, words, ReadDirectory(invocation));
        }

        return isList ? (null, words) : (words[0], null);
    }

    private TimeSpan? ReadTimeout(DqInvocation invocation, TimeSpan? otherwise) =>
        invocation.Get(timeout) is { } given ? (given == Timeout.InfiniteTimeSpan ? null : given) : otherwise;

    private string ReadDirectory(DqInvocation invocation)
    {
        var directory = invocation.Get(workingDirectory) is { } given ? UserPath.Resolve(given, "--working-dir") : UserPath.WorkingDirectory;
        return Directory.Exists(directory) ? directory : throw CliException.BadInput($"The directory {directory} does not exist.");
    }

    private CommandTask ReadCommand(DqInvocation invocation)
    {
        var (line, arguments) = ReadWords(invocation);
        return CommandDefaults.Apply(invocation.Settings, watch.Apply(invocation, new CommandTask
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
            IoWeight = invocation.Get(ioWeight),
            MemoryMaxBytes = invocation.Get(memoryMax),
            MaxOutputBytes = invocation.Get(maxOutput),
            SeparateErrors = invocation.Get(separateStderr),
        }));
    }

    private Dictionary<string, string>? ReadEnvironment(DqInvocation invocation, IEnumerable<KeyValuePair<string, string>> from)
    {
        var changes = invocation.Get(environment) ?? [];
        if (invocation.Get(cleanEnvironment))
        {
            return changes.Length == 0 ? null : throw CliException.BadInput("--clean-env uses the worker's environment as it is and cannot be combined with --env.");
        }

        var variables = from.ToDictionary(StringComparer.Ordinal);
        foreach (var change in changes)
        {
            var (name, value) = change.IndexOf('=', StringComparison.Ordinal) is var split and >= 0 ? (change[..split], change[(split + 1)..]) : (change, null);
            if (name.Length == 0)
            {
                throw CliException.BadInput($"'{change}' does not name a variable; write --env NAME=VALUE.");
            }

            variables.Remove(name);
            if (value is not null)
            {
                variables.Add(name, value);
            }
        }

        return variables;
    }
}
