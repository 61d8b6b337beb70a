namespace DurableQueue;

/// <summary>
/// Manages the schedules of a queue. An occurrence fires by enqueueing one task, in the same transaction that advances the schedule to its next
/// occurrence. It fires once, however many processes have the queue open, and a crash neither loses nor repeats it. Any open queue fires due
/// occurrences; there is no leader.
/// </summary>
/// <remarks>A method that names a schedule throws <see cref="ScheduleNotFoundException"/> if the schedule doesn't exist.</remarks>
public interface ITaskSchedules
{
    /// <summary>Creates a schedule.</summary>
    /// <param name="schedule">The settings of the schedule.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="ArgumentException">
    /// A setting is out of range, the expression is not valid or has no occurrence, the time zone is unknown on this machine, or a schedule with this
    /// name exists.
    /// </exception>
    ValueTask AddAsync(NewSchedule schedule, CancellationToken cancellationToken = default);

    /// <summary>
    /// Creates or updates a schedule from a declaration in code, typically at every start of an application. If the schedule doesn't exist, it is
    /// created. If the declaration differs from the last one, the schedule is set to it. Otherwise the schedule is left unchanged, so that edits made
    /// by people are kept. A pause and the count of failures are always kept, and other schedules are not affected.
    /// </summary>
    /// <param name="schedule">The settings of the schedule.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="ArgumentException">
    /// A setting is out of range, the expression is not valid or has no occurrence, or the time zone is unknown on this machine.
    /// </exception>
    ValueTask<ScheduleDeclaration> DeclareAsync(NewSchedule schedule, CancellationToken cancellationToken = default);

    /// <summary>
    /// Edits a schedule. If its times change, it continues with the first new occurrence after now; otherwise its next occurrence is kept.
    /// </summary>
    /// <param name="name">The schedule.</param>
    /// <param name="edit">The changes.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="ArgumentException">
    /// A setting is out of range, the expression is not valid or has no occurrence, or the time zone is unknown on this machine. Nothing has changed.
    /// </exception>
    ValueTask EditAsync(string name, ScheduleEdit edit, CancellationToken cancellationToken = default);

    /// <summary>Removes a schedule and the record of its runs. Tasks that it has enqueued are kept, with its name.</summary>
    ValueTask RemoveAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Pauses a schedule. Runs that are already enqueued or running continue. If the schedule is already paused, the first reason is kept.</summary>
    /// <param name="name">The schedule.</param>
    /// <param name="reason">The reason, shown with the schedule; at most 512 characters.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    ValueTask PauseAsync(string name, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Resumes a paused schedule, and resets its count of failures. It continues with the first occurrence after now: occurrences during the pause
    /// don't count as missed.
    /// </summary>
    ValueTask ResumeAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>
    /// Enqueues a run at once, even if the schedule is paused, and regardless of its overlap policy. The next occurrence is kept, and if the run
    /// fails, it doesn't count towards <see cref="NewSchedule.PauseAfterFailures"/>.
    /// </summary>
    /// <returns>The id of the new task, or of the task that holds the dedup key of the template.</returns>
    ValueTask<TaskId> RunNowAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Reads one schedule.</summary>
    /// <returns><see langword="null"/> if the schedule doesn't exist.</returns>
    ValueTask<ScheduleInfo?> GetAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Reads all schedules, ordered by name.</summary>
    ValueTask<IReadOnlyList<ScheduleInfo>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Computes the next occurrences of a schedule. For a paused schedule these are the occurrences it would have if it were resumed now.</summary>
    /// <param name="name">The schedule.</param>
    /// <param name="count">The maximum number of occurrences, 1 to 1,000.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    ValueTask<IReadOnlyList<ScheduleOccurrence>> GetNextAsync(string name, int count, CancellationToken cancellationToken = default);

    /// <summary>Validates a schedule like <see cref="AddAsync"/> and computes its next occurrences, without storing it.</summary>
    /// <param name="schedule">The settings of the schedule.</param>
    /// <param name="count">The maximum number of occurrences, 1 to 1,000.</param>
    /// <exception cref="ArgumentException">
    /// A setting is out of range, the expression is not valid or has no occurrence, or the time zone is unknown on this machine.
    /// </exception>
    IReadOnlyList<ScheduleOccurrence> Preview(NewSchedule schedule, int count);

    /// <summary>Reads the latest runs of a schedule, newest first. The newest 100 runs are stored, and all runs whose tasks have not finished.</summary>
    /// <param name="name">The schedule.</param>
    /// <param name="limit">The maximum number of runs, 1 to 10,000.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask<IReadOnlyList<ScheduleRun>> GetRunsAsync(string name, int limit = 100, CancellationToken cancellationToken = default);
}
