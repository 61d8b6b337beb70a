using System.Collections;
using System.Text.Json;
using DurableQueue.Processes.Linux;

namespace DurableQueue.Processes;

/// <summary>A command to run: the JSON payload of a task of type <see cref="TypeName"/>.</summary>
/// <remarks>
/// Exactly one of <see cref="CommandLine"/> and <see cref="Arguments"/> is given. How long it may run is <see cref="NewTask.Timeout"/>.
/// <see cref="ToString"/> does not show the environment, for it may hold secrets.
/// </remarks>
public sealed record CommandTask
{
    /// <summary>The task type that <see cref="CommandsBuilderExtensions.AddCommands"/> serves.</summary>
    public const string TypeName = "command";

    /// <summary>A line for the shell (<see cref="CommandOptions.Shell"/>).</summary>
    public string? CommandLine { get; init; }

    /// <summary>The program and its arguments. No shell sees them, nothing is parsed again.</summary>
    public IReadOnlyList<string>? Arguments { get; init; }

    /// <summary>An absolute path; <see langword="null"/> (default) means the worker's.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The whole environment of the command; <see langword="null"/> (default) means the worker's own.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>
    /// From the request to stop to the signal that cannot be refused; zero to 1 h. <see langword="null"/> (default) means
    /// <see cref="CommandOptions.DefaultKillGrace"/>.
    /// </summary>
    public TimeSpan? KillGrace { get; init; }

    /// <summary>Standard input is empty. Default: a pipe that stays open until <see cref="CommandControl.CloseInputAsync"/>.</summary>
    public bool NoInput { get; init; }

    /// <summary>−20 (first) to 19 (last); <see langword="null"/> (default) leaves it.</summary>
    public int? Nice { get; init; }

    /// <summary>0 (first) to 7 (last), or 8: only when the disk is idle. <see langword="null"/> (default) leaves it.</summary>
    public int? IoNice { get; init; }

    /// <summary>Share of the processor, 1 to 10,000, where 100 is the usual; needs systemd. <see langword="null"/> (default) leaves it.</summary>
    public int? CpuWeight { get; init; }

    /// <summary>The most memory, in bytes; needs systemd. <see langword="null"/> (default) means no limit.</summary>
    public long? MemoryMaxBytes { get; init; }

    /// <summary>What is kept of the output; the rest is dropped, and a line in the log says so. <see langword="null"/> (default) means all.</summary>
    public long? MaxOutputBytes { get; init; }

    /// <summary>Standard error goes to a file of its own. Default: into the log, in the order written.</summary>
    public bool SeparateErrors { get; init; }

    /// <summary>What to raise notifications for while it runs; <see langword="null"/> (default) means nothing.</summary>
    public IReadOnlyList<OutputPattern>? Watch { get; init; }

    /// <summary>The environment of this process, to be given as <see cref="Environment"/>.</summary>
    /// <exception cref="NotSupportedException">
    /// A variable holds bytes that are not UTF-8, which a task cannot store. The message names it. Remove it from the environment, or give an
    /// <see cref="Environment"/> without it.
    /// </exception>
    public static IReadOnlyDictionary<string, string> CaptureEnvironment()
    {
        var captured = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
        {
            var (name, value) = ((string)variable.Key, (string?)variable.Value ?? "");
            if (!RawEnvironment.IsWhole(name, value))
            {
                throw new NotSupportedException($"The environment variable '{name}' holds bytes that are not UTF-8, which a task cannot store. Unset it first.");
            }

            captured[name] = value;
        }

        return captured;
    }

    /// <summary>Reads a command from a task's payload.</summary>
    /// <exception cref="JsonException">It is not the JSON of a command.</exception>
    public static CommandTask FromPayload(ReadOnlyMemory<byte> payload) =>
        JsonSerializer.Deserialize(payload.Span, CommandJson.Default.CommandTask) ?? throw new JsonException("The payload is null.");

    /// <summary>The JSON that is stored. Its variables are in the order of their names, for equal environments are stored once.</summary>
    public byte[] ToPayload() => JsonSerializer.SerializeToUtf8Bytes(
        Environment is { } given ? this with { Environment = new SortedDictionary<string, string>(given.ToDictionary(), StringComparer.Ordinal) } : this,
        CommandJson.Default.CommandTask);

    /// <summary>Makes a task of it, to be enqueued.</summary>
    /// <param name="configure">Changes its settings: <c>t => t with { … }</c>.</param>
    /// <exception cref="ArgumentException">A setting is out of its limits.</exception>
    public NewTask ToTask(Func<NewTask, NewTask>? configure = null)
    {
        CommandRules.Check(this);
        var task = new NewTask(TypeName, ToPayload());
        return configure is null ? task : configure(task);
    }

    /// <summary>The command as people read it: the line, or the arguments with quotes where they need them.</summary>
    public override string ToString() => CommandText.Of(this);
}
