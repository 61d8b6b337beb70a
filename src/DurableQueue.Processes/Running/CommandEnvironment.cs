using System.Collections;
using System.Globalization;
using System.Text;
using DurableQueue.Processes.Linux;

namespace DurableQueue.Processes.Running;

/// <summary>Builds the environment of a command: its own or the worker's, plus the variables of the queue.</summary>
internal static class CommandEnvironment
{
    private const string RuntimeDirectory = "XDG_RUNTIME_DIR";

    /// <summary>
    /// Variables that shells set or interpret: <c>dash</c> does not start with an invalid <c>OPTIND</c>, <c>bash</c> runs what <c>BASH_ENV</c> names. The
    /// supervisor's shell never sees them.
    /// </summary>
    private static readonly HashSet<string> UsedByShells =
        new(["IFS", "OPTIND", "OPTERR", "PPID", "LINENO", "PS4", "ENV", "BASH_ENV", "SHELLOPTS", "BASHOPTS", "UID", "EUID"], StringComparer.Ordinal);

    /// <param name="command">The command.</param>
    /// <param name="inherited">The worker's environment, without variables of a queue.</param>
    /// <param name="queuePath">The queue file.</param>
    /// <param name="marks">The variables that identify the run.</param>
    /// <param name="task">The task, for its group and slot.</param>
    /// <param name="forSystemd">Whether it is started through systemd, which needs a variable to be found.</param>
    /// <param name="smuggled">The number of variables that the supervisor's shell gets under another name, because it could not pass them on.</param>
    public static NativeStrings Build(
        CommandTask command, IReadOnlyList<byte[]> inherited, string queuePath, IReadOnlyList<string> marks, LeasedTask task, bool forSystemd, out int smuggled)
    {
        var variables = new List<byte[]>(marks.Select(Encoding.UTF8.GetBytes))
        {
            Encoding.UTF8.GetBytes($"{RunMarks.Prefix}GROUP={task.Group}"),
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{RunMarks.Prefix}SLOT={task.Slot ?? 0}")),
        };
        if (command.Environment?.ContainsKey(CommandTask.QueueVariable) != true)
        {
            variables.Add(Encoding.UTF8.GetBytes($"{CommandTask.QueueVariable}={queuePath}"));
        }

        smuggled = 0;
        foreach (var variable in command.Environment is { } given ? Given(given, inherited, forSystemd) : inherited)
        {
            if (IsPassedOnByShells(variable))
            {
                variables.Add(variable);
            }
            else
            {
                variables.Add([.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{SupervisorScript.Smuggled}{smuggled}=")), .. variable]);
                smuggled++;
            }
        }

        return new NativeStrings(variables);
    }

    /// <summary>The environment of this process, without the variables of a queue.</summary>
    public static IReadOnlyList<byte[]> Inherited() => [.. Readable().Where(pair => !IsOurs(pair.Key) && pair.Key != CommandTask.QueueVariable).Select(pair => RawEnvironment.BytesOf(pair.Key, pair.Value))];

    /// <summary>The environment of this process, byte by byte.</summary>
    public static IReadOnlyList<byte[]> All() => [.. Readable().Select(pair => RawEnvironment.BytesOf(pair.Key, pair.Value))];

    /// <summary>The environment of this process as text; bytes that are not UTF-8 are replaced.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Readable() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value ?? ""))
            .Where(pair => pair.Key.Length > 0);

    private static IEnumerable<byte[]> Given(IReadOnlyDictionary<string, string> given, IReadOnlyList<byte[]> inherited, bool forSystemd)
    {
        var variables = given.Where(pair => !IsOurs(pair.Key)).Select(pair => Encoding.UTF8.GetBytes($"{pair.Key}={pair.Value}"));
        return forSystemd && !given.ContainsKey(RuntimeDirectory)
            ? variables.Concat(inherited.Where(variable => variable.AsSpan().StartsWith(Encoding.UTF8.GetBytes($"{RuntimeDirectory}="))).Take(1))
            : variables;
    }

    /// <summary>Shells drop variables whose names they could not assign to, such as <c>cluster.name</c> or an exported bash function.</summary>
    private static bool IsPassedOnByShells(ReadOnlySpan<byte> variable)
    {
        var name = variable[..variable.IndexOf((byte)'=')];
        foreach (var character in name)
        {
            if (!char.IsAsciiLetterOrDigit((char)character) && character != '_')
            {
                return false;
            }
        }

        return !char.IsAsciiDigit((char)name[0]) && !UsedByShells.Contains(Encoding.UTF8.GetString(name));
    }

    /// <summary>A command that enqueues another one must not pass its own marks on.</summary>
    private static bool IsOurs(string name) => name.StartsWith(RunMarks.Prefix, StringComparison.Ordinal);
}
