using System.Globalization;
using DurableQueue.Processes.Linux;

namespace DurableQueue.Processes.Running;

/// <summary>What a command finds in its environment: its own or the worker's, and what the queue tells it.</summary>
internal static class CommandEnvironment
{
    private const string RuntimeDirectory = "XDG_RUNTIME_DIR";

    /// <param name="command">Whose environment.</param>
    /// <param name="inherited">The worker's own, without what the queue tells.</param>
    /// <param name="marks">What names the run.</param>
    /// <param name="task">Its group and slot.</param>
    /// <param name="forSystemd">It is started through systemd, which must be found.</param>
    public static NativeStrings Build(
        CommandTask command, IReadOnlyList<string> inherited, IReadOnlyList<string> marks, LeasedTask task, bool forSystemd)
    {
        var variables = new List<string>(marks)
        {
            $"{RunMarks.Prefix}GROUP={task.Group}",
            string.Create(CultureInfo.InvariantCulture, $"{RunMarks.Prefix}SLOT={task.Slot ?? 0}"),
        };
        if (command.Environment is not { } given)
        {
            variables.AddRange(inherited);
            return new NativeStrings(variables);
        }

        variables.AddRange(given.Where(pair => !IsOurs(pair.Key)).Select(pair => $"{pair.Key}={pair.Value}"));
        if (forSystemd
            && !given.ContainsKey(RuntimeDirectory)
            && inherited.FirstOrDefault(variable => variable.StartsWith($"{RuntimeDirectory}=", StringComparison.Ordinal)) is { } directory)
        {
            variables.Add(directory);
        }

        return new NativeStrings(variables);
    }

    /// <summary>The environment of this process, without what a queue told it.</summary>
    public static IReadOnlyList<string> Inherited() =>
        [.. CommandTask.CaptureEnvironment().Where(pair => !IsOurs(pair.Key)).Select(pair => $"{pair.Key}={pair.Value}")];

    /// <summary>A command that enqueues another one must not hand its own marks on.</summary>
    private static bool IsOurs(string name) => name.StartsWith(RunMarks.Prefix, StringComparison.Ordinal);
}
