namespace DurableQueue.Storage;

/// <summary>The schedules. A call that names a missing one throws <see cref="ScheduleNotFoundException"/>.</summary>
internal interface IScheduleStore
{
    /// <exception cref="ArgumentException">There is one of the name.</exception>
    ValueTask AddAsync(CheckedSchedule schedule, CancellationToken cancellationToken);

    ValueTask<ScheduleDeclaration> DeclareAsync(CheckedSchedule schedule, CancellationToken cancellationToken);

    /// <summary>Reads a schedule, has it changed and checked, and stores it, in one transaction.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="change">Makes the new settings of the stored ones; may be called again after a rollback.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued.</param>
    ValueTask EditAsync(string name, Func<NewSchedule, CheckedSchedule> change, CancellationToken cancellationToken);

    ValueTask RemoveAsync(string name, CancellationToken cancellationToken);

    ValueTask PauseAsync(string name, string reason, CancellationToken cancellationToken);

    ValueTask ResumeAsync(string name, CancellationToken cancellationToken);

    ValueTask<TaskId> RunNowAsync(string name, CancellationToken cancellationToken);

    ValueTask<ScheduleRecord?> FindAsync(string name, CancellationToken cancellationToken);

    /// <returns>All of them, in no order.</returns>
    ValueTask<IReadOnlyList<ScheduleRecord>> ReadAllAsync(CancellationToken cancellationToken);

    /// <returns>Its runs, latest first.</returns>
    ValueTask<IReadOnlyList<ScheduleRun>> ReadRunsAsync(string name, int limit, CancellationToken cancellationToken);
}
