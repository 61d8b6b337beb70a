using System.Runtime.CompilerServices;

namespace DurableQueue.Testing;

/// <summary>Reads all tasks that a query names, page by page.</summary>
internal static class TaskPages
{
    private const int PageSize = 1_000;

    public static async IAsyncEnumerable<TaskInfo> ReadAllAsync(
        this ITaskInspector inspector, TaskQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (TaskCursor? cursor = null; ;)
        {
            var page = await inspector.QueryAsync(query with { Limit = PageSize, Cursor = cursor }, cancellationToken).ConfigureAwait(false);
            foreach (var task in page.Tasks)
            {
                yield return task;
            }

            if (page.Next is null)
            {
                yield break;
            }

            cursor = page.Next;
        }
    }
}
