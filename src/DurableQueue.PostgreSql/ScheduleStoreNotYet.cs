using DurableQueue.Storage;

namespace DurableQueue.PostgreSql;

/// <summary>The schedules that there can't be yet.</summary>
internal sealed class ScheduleStoreNotYet : IScheduleStore
{
    private static NotSupportedException Refusal => NotYet.Refuse("Schedules are");

    public ValueTask AddAsync(CheckedSchedule schedule, CancellationToken cancellationToken) => throw Refusal;

    public ValueTask<ScheduleDeclaration> DeclareAsync(CheckedSchedule schedule, CancellationToken cancellationToken) => throw Refusal;

    public ValueTask EditAsync(string name, Func<NewSchedule, CheckedSchedule> change, CancellationToken cancellationToken) => throw Refusal;

    public ValueTask RemoveAsync(string name, CancellationToken cancellationToken) => throw Refusal;

    public ValueTask PauseAsync(string name, string reason, CancellationToken cancellationToken) => throw Refusal;

    public ValueTask ResumeAsync(string name, CancellationToken cancellationToken) => throw Refusal;

    public ValueTask<TaskId> RunNowAsync(string name, CancellationToken cancellationToken) => throw Refusal;

    public ValueTask<ScheduleRecord?> FindAsync(string name, CancellationToken cancellationToken) => new(default(ScheduleRecord));

    public ValueTask<IReadOnlyList<ScheduleRecord>> ReadAllAsync(CancellationToken cancellationToken) => new([]);

    public ValueTask<IReadOnlyList<ScheduleRun>> ReadRunsAsync(string name, int limit, CancellationToken cancellationToken) => throw Refusal;
}
