using DurableQueue.Dashboard.Views;

namespace DurableQueue.Dashboard.Endpoints;

/// <summary>Reads rows for one viewer.</summary>
internal sealed class RowReader
{
    private readonly ITaskInspector inspector;
    private readonly CancellationToken cancellationToken;

    private RowReader(ITaskInspector inspector, Reasons reasons, Contents contents, CancellationToken cancellationToken)
    {
        this.inspector = inspector;
        this.cancellationToken = cancellationToken;
        Reasons = reasons;
        Contents = contents;
    }

    public Reasons Reasons { get; }

    public Contents Contents { get; }

    /// <param name="call">Whose queue it is. Nothing else of it is used: it may have ended.</param>
    /// <param name="mayViewPayloads">Whether the viewers may see payloads.</param>
    /// <param name="groups">The groups of the tasks.</param>
    /// <param name="cancellationToken">Ends the reads.</param>
    public static async ValueTask<RowReader> CreateAsync(ApiCall call, bool mayViewPayloads, IReadOnlyList<GroupInfo> groups, CancellationToken cancellationToken)
    {
        var workers = await call.Queue.Inspector.GetWorkersAsync(cancellationToken).ConfigureAwait(false);
        return new RowReader(call.Queue.Inspector, new Reasons(groups, workers), new Contents(call.Source.Name, call.Options, mayViewPayloads), cancellationToken);
    }

    public ValueTask<IReadOnlyList<TaskRow>> ReadAsync(IReadOnlyList<TaskInfo> tasks) =>
        TaskRows.ReadAsync(inspector, tasks, Reasons, Contents, cancellationToken);

    public async ValueTask<IReadOnlyList<TaskRow>> ReadAsync(TaskQuery query) =>
        await ReadAsync((await inspector.QueryAsync(query, cancellationToken).ConfigureAwait(false)).Tasks).ConfigureAwait(false);
}
