using System.Runtime.CompilerServices;

namespace DurableQueue.Cli.Tasks;

/// <summary>Reads tasks with their payloads and results, a page at a time.</summary>
internal static class TaskViews
{
    /// <summary>Payloads contain environments: a page of this size takes a few megabytes.</summary>
    private const int PageSize = 500;

    public static async ValueTask<TaskView> RequireAsync(ITaskQueue queue, TaskId id, CancellationToken cancellationToken)
    {
        var info = await queue.Inspector.GetAsync(id, cancellationToken) ?? throw new TaskNotFoundException(id);
        return (await AddContentsAsync(queue, [info], cancellationToken))[0];
    }

    /// <summary>Reads all tasks that the query finds, over all pages.</summary>
    public static async IAsyncEnumerable<TaskView> ReadAsync(
        ITaskQueue queue, TaskQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var info in ReadInfosAsync(queue, query, PageSize, cancellationToken).ChunkAsync(PageSize, cancellationToken))
        {
            foreach (var view in await AddContentsAsync(queue, info, cancellationToken))
            {
                yield return view;
            }
        }
    }

    /// <summary>Reads all tasks that the query finds, without payloads and results.</summary>
    public static async IAsyncEnumerable<TaskInfo> ReadInfosAsync(
        ITaskQueue queue, TaskQuery query, int pageSize, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (TaskPage? page = await queue.Inspector.QueryAsync(query with { Limit = pageSize }, cancellationToken); page is not null;)
        {
            foreach (var task in page.Tasks)
            {
                yield return task;
            }

            page = page.Next is { } next ? await queue.Inspector.QueryAsync(query with { Limit = pageSize, Cursor = next }, cancellationToken) : null;
        }
    }

    public static async ValueTask<List<TaskView>> AddContentsAsync(ITaskQueue queue, IReadOnlyList<TaskInfo> infos, CancellationToken cancellationToken)
    {
        var views = new List<TaskView>(infos.Count);
        foreach (var part in infos.Chunk(PageSize))
        {
            var contents = await queue.Inspector.GetContentsAsync([.. part.Select(info => info.Id)], cancellationToken);
            views.AddRange(part.Select(info => new TaskView(info, contents.GetValueOrDefault(info.Id))));
        }

        return views;
    }

    private static async IAsyncEnumerable<IReadOnlyList<T>> ChunkAsync<T>(
        this IAsyncEnumerable<T> items, int size, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var chunk = new List<T>(size);
        await foreach (var item in items.WithCancellation(cancellationToken))
        {
            chunk.Add(item);
            if (chunk.Count == size)
            {
                yield return chunk;
                chunk = new List<T>(size);
            }
        }

        if (chunk.Count > 0)
        {
            yield return chunk;
        }
    }
}
