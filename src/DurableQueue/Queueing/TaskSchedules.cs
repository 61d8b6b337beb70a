using DurableQueue.Schedules;
using DurableQueue.Storage;

namespace DurableQueue.Queueing;

/// <summary>Checks schedules, and works out when they fire.</summary>
internal sealed class TaskSchedules(IScheduleStore store, ScheduleRules rules, TimeProvider time) : ITaskSchedules
{
    private const string PausedByHand = "Paused by hand.";

    public ValueTask AddAsync(NewSchedule schedule, CancellationToken cancellationToken = default) =>
        store.AddAsync(rules.CheckNew(schedule), cancellationToken);

    public ValueTask<ScheduleDeclaration> DeclareAsync(NewSchedule schedule, CancellationToken cancellationToken = default) =>
        store.DeclareAsync(rules.Check(schedule), cancellationToken);

    public ValueTask EditAsync(string name, ScheduleEdit edit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(edit);
        Check.Name(name, nameof(name));
        return store.EditAsync(name, stored => rules.Check(edit.ApplyTo(stored)), cancellationToken);
    }

    public ValueTask RemoveAsync(string name, CancellationToken cancellationToken = default)
    {
        Check.Name(name, nameof(name));
        return store.RemoveAsync(name, cancellationToken);
    }

    public ValueTask PauseAsync(string name, string? reason = null, CancellationToken cancellationToken = default)
    {
        Check.Note(reason, nameof(reason), Limits.ReasonLength);
        Check.Name(name, nameof(name));
        return store.PauseAsync(name, string.IsNullOrEmpty(reason) ? PausedByHand : reason, cancellationToken);
    }

    public ValueTask ResumeAsync(string name, CancellationToken cancellationToken = default)
    {
        Check.Name(name, nameof(name));
        return store.ResumeAsync(name, cancellationToken);
    }

    public ValueTask<TaskId> RunNowAsync(string name, CancellationToken cancellationToken = default)
    {
        Check.Name(name, nameof(name));
        return store.RunNowAsync(name, cancellationToken);
    }

    public async ValueTask<ScheduleInfo?> GetAsync(string name, CancellationToken cancellationToken = default)
    {
        Check.Name(name, nameof(name));
        return await store.FindAsync(name, cancellationToken).ConfigureAwait(false) is { } found ? ScheduleReading.ToInfo(found) : null;
    }

    public async ValueTask<IReadOnlyList<ScheduleInfo>> ListAsync(CancellationToken cancellationToken = default) =>
    [
        .. (await store.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            .Select(ScheduleReading.ToInfo)
            .OrderBy(schedule => schedule.Name, StringComparer.Ordinal),
    ];

    public async ValueTask<IReadOnlyList<ScheduleOccurrence>> GetNextAsync(string name, int count, CancellationToken cancellationToken = default)
    {
        Check.Name(name, nameof(name));
        CheckCount(count);
        var found = await store.FindAsync(name, cancellationToken).ConfigureAwait(false) ?? throw new ScheduleNotFoundException(name);
        var times = ScheduleReading.TimesOf(found);
        var next = found.Paused ? times.Next(NowMs()) : times.NextOf(found.Next);
        return next is { } first ? times.List(first - 1, count) : [];
    }

    public IReadOnlyList<ScheduleOccurrence> Preview(NewSchedule schedule, int count)
    {
        CheckCount(count);
        var now = NowMs();
        return rules.Check(schedule).TimesFrom(now).List(now, count);
    }

    public ValueTask<IReadOnlyList<ScheduleRun>> GetRunsAsync(string name, int limit = 100, CancellationToken cancellationToken = default)
    {
        Check.Name(name, nameof(name));
        Check.Between(limit, 1, Limits.ScheduleRuns, nameof(limit));
        return store.ReadRunsAsync(name, limit, cancellationToken);
    }

    private static void CheckCount(int count) => Check.Between(count, 1, Limits.SchedulePreview, nameof(count));

    private long NowMs() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
