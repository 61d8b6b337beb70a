namespace DurableQueue;

/// <summary>
/// The schedules of a queue. Each occurrence enqueues one task in the transaction that moves the schedule on to the next occurrence: however many
/// processes have the file open, it is fired once, and a crash loses and doubles nothing. There is no leader: whichever open queue comes first fires.
/// </summary>
/// <remarks>Methods that name a schedule throw <see cref="ScheduleNotFoundException"/> if there is none.</remarks>
public interface ITaskSchedules
{
    /// <summary>Makes a schedule.</summary>
    /// <param name="schedule">Its settings.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="ArgumentException">
    /// A setting is out of its limits, the expression cannot be read or has no occurrence, the time zone is not known on this machine, or there is a
    /// schedule of that name.
    /// </exception>
    ValueTask AddAsync(NewSchedule schedule, CancellationToken cancellationToken = default);

    /// <summary>
    /// Says what a schedule is to be, as code does at every start: makes it if there is none of its name; sets it to the declaration if that is
    /// another one than was declared last; else leaves it as it is, so that what people have edited stays. A pause and the failures in a row stay in
    /// any case, and no other schedule is touched.
    /// </summary>
    /// <param name="schedule">Its settings.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="ArgumentException">As for <see cref="AddAsync"/>, but the name may be taken.</exception>
    ValueTask<ScheduleDeclaration> DeclareAsync(NewSchedule schedule, CancellationToken cancellationToken = default);

    /// <summary>
    /// Changes a schedule. If its times change, it goes on with the first of the new ones after now; else its next occurrence stays.
    /// </summary>
    /// <param name="name">The schedule.</param>
    /// <param name="edit">What to change.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="ArgumentException">As for <see cref="AddAsync"/>; nothing was changed.</exception>
    ValueTask EditAsync(string name, ScheduleEdit edit, CancellationToken cancellationToken = default);

    /// <summary>Removes a schedule and the record of its runs. Tasks that it has enqueued stay, and still carry its name.</summary>
    ValueTask RemoveAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Stops a schedule; runs that are enqueued or running go on. If it is paused already, the first reason stays.</summary>
    /// <param name="name">The schedule.</param>
    /// <param name="reason">Shown with it; at most 512 characters.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    ValueTask PauseAsync(string name, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Ends a pause, and counts failures from zero again. It goes on with the first occurrence after now: those of the pause are not missed ones.
    /// </summary>
    ValueTask ResumeAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>
    /// Enqueues a run at once, also of a paused schedule and past its overlap policy. The next occurrence stays, and the run's failure does not count
    /// towards <see cref="NewSchedule.PauseAfterFailures"/>.
    /// </summary>
    /// <returns>The task; the one that holds the template's dedup key, if it is taken.</returns>
    ValueTask<TaskId> RunNowAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Reads a schedule; <see langword="null"/> if there is none.</summary>
    ValueTask<ScheduleInfo?> GetAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Reads all schedules, by name.</summary>
    ValueTask<IReadOnlyList<ScheduleInfo>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>The next occurrences; for a paused schedule, those it would have if it were resumed now.</summary>
    /// <param name="name">The schedule.</param>
    /// <param name="count">1 to 1,000; there may be fewer.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask<IReadOnlyList<ScheduleOccurrence>> GetNextAsync(string name, int count, CancellationToken cancellationToken = default);

    /// <summary>What the next occurrences of a schedule would be, which is checked as by <see cref="AddAsync"/> and not stored.</summary>
    /// <param name="schedule">Its settings.</param>
    /// <param name="count">1 to 1,000; there may be fewer.</param>
    /// <exception cref="ArgumentException">As for <see cref="AddAsync"/>.</exception>
    IReadOnlyList<ScheduleOccurrence> Preview(NewSchedule schedule, int count);

    /// <summary>The last runs, newest first. The newest 100 are on record, and all whose tasks have not finished.</summary>
    /// <param name="name">The schedule.</param>
    /// <param name="limit">1 to 10,000.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask<IReadOnlyList<ScheduleRun>> GetRunsAsync(string name, int limit = 100, CancellationToken cancellationToken = default);
}
