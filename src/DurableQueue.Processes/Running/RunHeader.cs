using System.Globalization;

namespace DurableQueue.Processes.Running;

/// <summary>What the worker knows of a run before it starts it. The supervisor writes it to the record, together with its own process.</summary>
internal sealed record RunHeader
{
    /// <summary>The name that a supervisor's shell gives itself; its record and its header are the next arguments.</summary>
    public const string SupervisorName = "durablequeue";

    private const string Mark = "run";
    private const int Fields = 9;

    public required TaskId TaskId { get; init; }

    /// <summary>When the task was enqueued. A queue file that was deleted and created again starts with the same ids.</summary>
    public required long EnqueuedAtMs { get; init; }

    public required int Attempt { get; init; }

    /// <summary>Identifies the attempt; unlike its number, never used again.</summary>
    public required long AttemptToken { get; init; }

    /// <summary>By the worker's clock.</summary>
    public required long StartedAtMs { get; init; }

    /// <summary>From TERM to KILL.</summary>
    public required long KillGraceMs { get; init; }

    /// <summary>Whether the supervisor's shell prints a message when a signal ends the command.</summary>
    public required bool ReportsSignals { get; init; }

    /// <summary>The boot, and the process id namespace.</summary>
    public required string BootId { get; init; }

    public DateTimeOffset StartedAt => DateTimeOffset.FromUnixTimeMilliseconds(StartedAtMs);

    public TimeSpan KillGrace => TimeSpan.FromMilliseconds(KillGraceMs);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Mark} {TaskId.Value} {EnqueuedAtMs} {Attempt} {AttemptToken} {StartedAtMs} {KillGraceMs} {(ReportsSignals ? 1 : 0)} {BootId}");

    /// <returns><see langword="null"/> if the text is not a header.</returns>
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

        return fields[0] != Mark ? null : new RunHeader
        {
            TaskId = new TaskId(numbers[1]),
            EnqueuedAtMs = numbers[2],
            Attempt = (int)numbers[3],
            AttemptToken = numbers[4],
            StartedAtMs = numbers[5],
            KillGraceMs = numbers[6],
            ReportsSignals = numbers[7] == 1,
            BootId = fields[^1],
        };
    }
}
