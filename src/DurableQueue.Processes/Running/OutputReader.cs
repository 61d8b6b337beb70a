using System.ComponentModel;
using System.Globalization;
using DurableQueue.Processes.Linux;
using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Processes.Running;

/// <summary>The process that writes the output of one command into its log.</summary>
/// <param name="Pid">Its process id, which is also that of its session.</param>
/// <param name="StartedAt">When it started, in clock ticks since the boot.</param>
/// <param name="Ended">Completes when it has ended: every process that could write to it is gone, and all output is in the log.</param>
internal sealed record OutputReader(int Pid, long StartedAt, Task<int?> Ended)
{
    private const string Mark = "output ";
    private static readonly TimeSpan FirstProbe = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(10);

    /// <summary>How long to wait for output of processes that have left the command.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>The line of the record that names the readers, for a worker that takes the command over.</summary>
    public static string Line(IEnumerable<OutputReader> readers) =>
        Mark + string.Join(' ', readers.Select(reader => string.Create(CultureInfo.InvariantCulture, $"{reader.Pid}:{reader.StartedAt}")));

    /// <returns><see langword="null"/> if the line is another one.</returns>
    public static IReadOnlyList<(int Pid, long StartedAt)>? Parse(string line)
    {
        if (!line.StartsWith(Mark, StringComparison.Ordinal))
        {
            return null;
        }

        var found = new List<(int, long)>();
        foreach (var part in line[Mark.Length..].Split(' '))
        {
            if (part.Split(':') is [var pid, var start]
                && int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && long.TryParse(start, NumberStyles.None, CultureInfo.InvariantCulture, out var startedAt))
            {
                found.Add((number, startedAt));
            }
        }

        return found;
    }

    /// <summary>The number of bytes in a pipe that have not been read.</summary>
    public static int UnreadBytes(SafeFileHandle pipe) =>
        Native.Ask(Descriptors.NumberOf(pipe), Native.UnreadBytes, out var count) == 0 ? count : 0;

    /// <summary>
    /// Waits after the end of the command until its output is in the log. A process that it left on purpose may keep the pipe open for as long as it lives; then
    /// it is enough that the pipe is empty and the reader is waiting for more.
    /// </summary>
    public async Task DrainAsync(TimeProvider time)
    {
        var began = time.GetTimestamp();
        var period = FirstProbe;
        var empty = 0;
        while (empty < 2 && time.GetElapsedTime(began) < Longest)
        {
            await ((Task)Ended).WaitAsync(period, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (Ended.IsCompleted)
            {
                return;
            }

            empty = IsWaitingForMore() ? empty + 1 : 0;
            period = ProbePeriod;
        }
    }

    private bool IsWaitingForMore()
    {
        try
        {
            using var pipe = Descriptors.Open(
                string.Create(CultureInfo.InvariantCulture, $"/proc/{Pid}/fd/0"), Native.OpenReadOnly | Native.OpenNonBlocking);
            return UnreadBytes(pipe) == 0 && ProcessStat.ReadAll().Where(process => process.Session == Pid).All(process => process.State == 'S');
        }
        catch (Win32Exception)
        {
            return ProcessStat.Read(Pid) is not { HasEnded: false } now || now.StartedAt != StartedAt;
        }
    }
}
