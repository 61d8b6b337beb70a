using DurableQueue.Dashboard.Views;

namespace DurableQueue.Dashboard.Endpoints;

/// <summary>Reads rows for one viewer.</summary>
internal sealed class RowReader
{
    private readonly ApiCall call;

    private RowReader(ApiCall call, Reasons reasons, Contents contents)
    {
        this.call = call;
        Reasons = reasons;
        Contents = contents;
    }

    public Reasons Reasons { get; }

    public Contents Contents { get; }

    public static async ValueTask<RowReader> CreateAsync(ApiCall call, IReadOnlyList<GroupInfo> groups)
    {
        var workers = await call.Queue.Inspector.GetWorkersAsync(call.Aborted).ConfigureAwait(false);
        var mayView = await call.MayAsync(DashboardPermission.ViewPayloads).ConfigureAwait(false);
        return new RowReader(call, new Reasons(groups, workers), new Contents(call.Source.Name, call.Options, mayView));
    }

    public ValueTask<IReadOnlyList<TaskRow>> ReadAsync(IReadOnlyList<TaskInfo> tasks) =>
        TaskRows.ReadAsync(call.Queue.Inspector, tasks, Reasons, Contents, call.Aborted);
}
