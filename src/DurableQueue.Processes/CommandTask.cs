using System.Collections;
using System.Text.Json;
using DurableQueue.Processes.Linux;

namespace DurableQueue.Processes;

/// <summary>A command to run: the JSON payload of a task of type <see cref="TypeName"/>.</summary>
/// <remarks>
/// Set exactly one of <see cref="CommandLine"/> and <see cref="Arguments"/>. Limit the run time with <see cref="NewTask.Timeout"/>.
/// <see cref="ToString"/> does not show the environment, which may contain secrets.
/// </remarks>
public sealed record CommandTask
{
    /// <summary>The task type of commands.</summary>
    public const string TypeName = "command";

    /// <summary>Names the queue that <c>dq</c> works on. Inside a command, it is the one that the task belongs to, unless the command's own environment names another.</summary>
    internal const string QueueVariable = "DQ_QUEUE";

    /// <summary>A command line for the shell (<see cref="CommandOptions.Shell"/>).</summary>
    public string? CommandLine { get; init; }

    /// <summary>The program and its arguments, run without a shell.</summary>
    public IReadOnlyList<string>? Arguments { get; init; }

    /// <summary>The working directory, an absolute path; <see langword="null"/> (default) means the worker's.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The full environment of the command; <see langword="null"/> (default) means the worker's.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>
    /// The time from SIGTERM to SIGKILL when the command is stopped; zero to 1 h. <see langword="null"/> (default) means
    /// <see cref="CommandOptions.DefaultKillGrace"/>.
    /// </summary>
    public TimeSpan? KillGrace { get; init; }

    /// <summary>Whether standard input is empty. Default false: it is a pipe that stays open until <see cref="CommandControl.CloseInputAsync"/>.</summary>
    public bool NoInput { get; init; }

    /// <summary>The CPU niceness, −20 (first) to 19 (last); <see langword="null"/> (default) keeps the worker's.</summary>
    public int? Nice { get; init; }

    /// <summary>The I/O priority, 0 (first) to 7 (last), or 8 to run only when the disk is idle; <see langword="null"/> (default) keeps the worker's.</summary>
    public int? IoNice { get; init; }

    /// <summary>The CPU share, 1 to 10,000, normally 100; needs systemd. <see langword="null"/> (default) keeps the worker's.</summary>
    public int? CpuWeight { get; init; }

    /// <summary>The I/O share, 1 to 10,000, normally 100; needs systemd. <see langword="null"/> (default) keeps the worker's.</summary>
    public int? IoWeight { get; init; }

    /// <summary>The memory limit in bytes; needs systemd. <see langword="null"/> (default) means no limit.</summary>
    public long? MemoryMaxBytes { get; init; }

    /// <summary>How many bytes of output to keep. The rest is dropped, and a line in the log says so. <see langword="null"/> (default) means all.</summary>
    public long? MaxOutputBytes { get; init; }

    /// <summary>Whether standard error goes to a separate file. Default false: it goes to the log, in the order written.</summary>
    public bool SeparateErrors { get; init; }

    /// <summary>Patterns in the output that raise notifications while the command runs; <see langword="null"/> (default) means none.</summary>
    public IReadOnlyList<OutputPattern>? Watch { get; init; }

    /// <summary>
    /// The maximum number of notifications that the output of the task raises, of all patterns and attempts together; 0 means no limit. A retry with
    /// <see cref="ITaskControl.RetryAsync"/> begins anew. The first one beyond it raises one notification with the topic <c>output-budget</c> instead, and the
    /// output is no longer watched; the end of the command always raises its own. <see langword="null"/> (default) means <see cref="CommandOptions.MaxWakes"/>.
    /// </summary>
    public int? MaxWakes { get; init; }

    /// <summary>
    /// The same for the bytes of the texts and tails of these notifications: a tail that doesn't fit is left out. 0 means no limit; <see langword="null"/> (default)
    /// means <see cref="CommandOptions.MaxWakeBytes"/>.
    /// </summary>
    public long? MaxWakeBytes { get; init; }

    /// <summary>
    /// Captures the environment of this process, to be used as <see cref="Environment"/>, without <c>DQ_QUEUE</c>: the worker sets it to the queue of the task
    /// unless the environment contains it.
    /// </summary>
    /// <exception cref="NotSupportedException">
    /// A variable contains bytes that are not UTF-8, which a task cannot store; the message names it. Unset the variable, or set an
    /// <see cref="Environment"/> without it.
    /// </exception>
    public static IReadOnlyDictionary<string, string> CaptureEnvironment()
    {
        var captured = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
        {
            var (name, value) = ((string)variable.Key, (string?)variable.Value ?? "");
            if (name == QueueVariable)
            {
                continue;
            }

            if (!RawEnvironment.IsWhole(name, value))
            {
                throw new NotSupportedException($"The environment variable '{name}' contains bytes that are not UTF-8, which a task cannot store. Unset it first.");
            }

            captured[name] = value;
        }

        return captured;
    }

    /// <summary>Reads a command from a task's payload.</summary>
    /// <exception cref="JsonException">The payload is not a command.</exception>
    public static CommandTask FromPayload(ReadOnlyMemory<byte> payload) =>
        JsonSerializer.Deserialize(payload.Span, CommandJson.Default.CommandTask) ?? throw new JsonException("The payload is null.");

    /// <summary>The JSON that is stored. The variables are ordered by name, so that equal environments are stored once.</summary>
    public byte[] ToPayload() => CommandJson.Default.Write(
        Environment is { } given ? this with { Environment = OrderByName(given) } : this);

    /// <summary>Creates a task to enqueue.</summary>
    /// <param name="configure">Changes the task's settings: <c>t => t with { … }</c>.</param>
    /// <exception cref="ArgumentException">A setting is not valid.</exception>
    public NewTask ToTask(Func<NewTask, NewTask>? configure = null)
    {
        CommandRules.Check(this);
        var task = new NewTask(TypeName, ToPayload());
        return configure is null ? task : configure(task);
    }

    /// <summary>The command line, or the arguments, quoted where needed.</summary>
    public override string ToString() => CommandText.Of(this);

    private static OrderedDictionary<string, string> OrderByName(IReadOnlyDictionary<string, string> variables)
    {
        var names = variables.Keys.ToArray();
        Array.Sort(names, StringComparer.Ordinal);
        var ordered = new OrderedDictionary<string, string>(names.Length);
        foreach (var name in names)
        {
            ordered.Add(name, variables[name]);
        }

        return ordered;
    }
}
