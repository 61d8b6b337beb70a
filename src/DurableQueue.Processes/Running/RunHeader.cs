using System.Globalization;

namespace DurableQueue.Processes.Running;

/// <summary>What the worker knows of a run before it starts it. The supervisor writes it down together with its own process.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="EnqueuedAtMs">When the task was enqueued: a queue file that was made anew begins with the same ids.</param>
/// <param name="Attempt">The number of the attempt.</param>
/// <param name="AttemptToken">The attempt for good.</param>
/// <param name="StartedAtMs">When it was started, by the worker's clock.</param>
/// <param name="KillGraceMs">From TERM to KILL.</param>
/// <param name="TellsSignals">The supervisor's shell says when a signal ended the command.</param>
/// <param name="BootId">Which boot, and which process id space.</param>
internal sealed record RunHeader(
    TaskId TaskId, long EnqueuedAtMs, int Attempt, long AttemptToken, long StartedAtMs, long KillGraceMs, bool TellsSignals, string BootId)
{
    /// <summary>What a supervisor's shell calls itself; its record and its header come next.</summary>
    public const string SupervisorName = "durablequeue";

    private const string Mark = "run";
    private const int Fields = 9;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Mark} {TaskId.Value} {EnqueuedAtMs} {Attempt} {AttemptToken} {StartedAtMs} {KillGraceMs} {(TellsSignals ? 1 : 0)} {BootId}");

    /// <returns><see langword="null"/> if it is none.</returns>
    public static RunHeader? Parse(string text)
    {
        var fields = text.Split(' ', Fields);
        var numbers = new long[Fields];
        for (var i = 1; i < Fields - 1; i++)
        {
            if (fields.Length < Fields || !long.TryParse(fields[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
            {
                return null;
            }
        }

        return fields[0] == Mark
            ? new RunHeader(new TaskId(numbers[1]), numbers[2], (int)numbers[3], numbers[4], numbers[5], numbers[6], numbers[7] == 1, fields[^1])
            : null;
    }
}
