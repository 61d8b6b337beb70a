using System.ComponentModel;
using DurableQueue.Mcp.Calls;

namespace DurableQueue.Mcp.Tools;

/// <summary>What an action did, task by task: what can be done is done, and what cannot is named.</summary>
internal sealed record ActionResult
{
    [Description("One entry for each task and group of the call.")]
    public required IReadOnlyList<Entry> Results { get; init; }

    [Description("How many entries have an error.")]
    public required int Failed { get; init; }

    [Description("What you should know, such as a worker that was started.")]
    public string? Note { get; init; }

    /// <summary>Acts on tasks and groups, one after the other.</summary>
    /// <exception cref="ToolException">Nothing could be done; the message has all reasons.</exception>
    public static async ValueTask<ActionResult> DoAsync(
        ToolHost host,
        IReadOnlyList<long>? ids,
        Func<TaskId, ValueTask<string>> forTask,
        IReadOnlyList<string>? groups = null,
        Func<string, ValueTask<string>>? forGroup = null)
    {
        var entries = new List<Entry>();
        foreach (var group in groups ?? [])
        {
            entries.Add(await DoAsync(host, new Entry { Group = group }, () => forGroup!(group)).ConfigureAwait(false));
        }

        foreach (var id in (ids ?? []).Distinct())
        {
            entries.Add(await DoAsync(host, new Entry { Id = id }, () => forTask(new TaskId(id))).ConfigureAwait(false));
        }

        var failed = entries.Count(entry => entry.Error is not null);
        if (failed == entries.Count)
        {
            throw new ToolException(failed == 0 ? "Name at least one task." : string.Join('\n', entries.Select(entry => entry.Error)));
        }

        return new ActionResult { Results = entries, Failed = failed };
    }

    /// <summary>Adds that a worker was started for what was done.</summary>
    public async ValueTask<ActionResult> WithWorkerAsync(ToolHost host, CancellationToken cancellationToken)
    {
        var (ids, groups) = Done();
        return this with { Note = await host.OfferWorkerAsync(ids, groups, cancellationToken).ConfigureAwait(false) };
    }

    private static async ValueTask<Entry> DoAsync(ToolHost host, Entry entry, Func<ValueTask<string>> action)
    {
        try
        {
            return entry with { Result = await action().ConfigureAwait(false) };
        }
        catch (Exception e) when (e is not QueueStorageException && (host.MessageOf(e) ?? ToolErrors.MessageOf(e)) is { } message)
        {
            // A queue that cannot be used concerns the whole call.
            return entry with { Error = message };
        }
    }

    /// <summary>The tasks and groups for which it was done.</summary>
    private (IReadOnlyList<TaskId> Ids, IReadOnlyList<string> Groups) Done() => (
        [.. Results.Where(entry => entry is { Id: not null, Error: null }).Select(entry => new TaskId(entry.Id!.Value))],
        [.. Results.Where(entry => entry is { Group: not null, Error: null }).Select(entry => entry.Group!)]);

    /// <summary>What happened to one task or group.</summary>
    internal sealed record Entry
    {
        [Description("The task.")]
        public long? Id { get; init; }

        [Description("The group.")]
        public string? Group { get; init; }

        [Description("What was done.")]
        public string? Result { get; init; }

        [Description("Why nothing was done, and what to do.")]
        public string? Error { get; init; }
    }
}
