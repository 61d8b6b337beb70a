using System.CommandLine;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Tasks;

/// <summary>The options for when a schedule fires, and for missed, overlapping and failing runs.</summary>
internal sealed class ScheduleOptions
{
    private readonly Option<string?> timeZone = Values.Text("--timezone", "The time zone of the expression, an IANA name. Default: UTC.", "ZONE");
    private readonly Option<MissedRunPolicy?> missed = Values.Choice<MissedRunPolicy>("--missed", "What to run when several occurrences were missed. Default: fire-once.");
    private readonly Option<int?> missedLimit = Values.Number("--missed-limit", "The most runs that 'fire-all' starts at once. Default: 100.");
    private readonly Option<TimeSpan?> missedAfter = Values.Duration("--missed-after", "How late 'skip' still runs the latest occurrence. Default: 1m.");
    private readonly Option<OverlapPolicy?> overlap = Values.Choice<OverlapPolicy>("--overlap", "What to do when an earlier run has not ended. Default: allow.");
    private readonly Option<TimeSpan?> jitter = Values.Duration("--jitter", "A random delay of up to this time. Default: 0.");
    private readonly Option<int?> pauseAfter = Values.Number("--pause-after", "Pause the schedule after N consecutive failures; 0 means never. Default: 5.");
    private readonly Option<DateTimeOffset?> starts = Values.Time("--starts", "No occurrence before this time; '@every' counts from it.");
    private readonly Option<DateTimeOffset?> ends = Values.Time("--ends", "No occurrence after this time.");

    public IReadOnlyList<Option> Options => [timeZone, missed, missedLimit, missedAfter, overlap, jitter, pauseAfter, starts, ends];

    public Option Starts => starts;

    public Option Ends => ends;

    /// <summary>The options that a preview depends on.</summary>
    public IReadOnlyList<Option> Times => [timeZone, jitter, starts, ends];

    /// <summary>Applies the given options to a schedule.</summary>
    public NewSchedule Apply(DqInvocation invocation, NewSchedule schedule) => schedule with
    {
        TimeZone = invocation.Get(timeZone) ?? schedule.TimeZone,
        StartsAt = invocation.Get(starts) ?? schedule.StartsAt,
        EndsAt = invocation.Get(ends) ?? schedule.EndsAt,
        Missed = invocation.Get(missed) ?? schedule.Missed,
        MissedRunLimit = invocation.Get(missedLimit) ?? schedule.MissedRunLimit,
        MissedAfter = invocation.Get(missedAfter) ?? schedule.MissedAfter,
        Overlap = invocation.Get(overlap) ?? schedule.Overlap,
        Jitter = invocation.Get(jitter) ?? schedule.Jitter,
        PauseAfterFailures = invocation.Get(pauseAfter) ?? schedule.PauseAfterFailures,
    };

    /// <summary>Reads the given options as an edit.</summary>
    public ScheduleEdit Read(DqInvocation invocation) => new()
    {
        TimeZone = invocation.Get(timeZone),
        StartsAt = invocation.Get(starts),
        EndsAt = invocation.Get(ends),
        Missed = invocation.Get(missed),
        MissedRunLimit = invocation.Get(missedLimit),
        MissedAfter = invocation.Get(missedAfter),
        Overlap = invocation.Get(overlap),
        Jitter = invocation.Get(jitter),
        PauseAfterFailures = invocation.Get(pauseAfter),
    };
}
