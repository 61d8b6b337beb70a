using System.Globalization;

namespace DurableQueue.Dashboard.Endpoints;

/// <summary>The tasks that are connected with one by dependencies, in both directions.</summary>
internal sealed class ConnectedTasks
{
    private const int MostTasks = 2_000;
    private const int MostAtOnce = 100;

    private readonly Dictionary<TaskId, TaskInfo> tasks = [];

    private ConnectedTasks()
    {
    }

    public IReadOnlyList<TaskInfo> Tasks { get; private set; } = [];

    public IReadOnlyList<(TaskId From, TaskId To, DependencyInfo Edge)> Edges { get; private set; } = [];

    /// <summary>Whether there are no more.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <exception cref="TaskNotFoundException">There is no such task.</exception>
    public static async ValueTask<ConnectedTasks> ReadAsync(ITaskInspector inspector, TimeProvider time, TaskId id, CancellationToken cancellationToken)
    {
        var found = new ConnectedTasks();
        await found.WalkAsync(inspector, time, await inspector.GetAsync(id, cancellationToken).ConfigureAwait(false) ?? throw new TaskNotFoundException(id), cancellationToken)
            .ConfigureAwait(false);
        return found;
    }

    private async ValueTask WalkAsync(ITaskInspector inspector, TimeProvider time, TaskInfo start, CancellationToken cancellationToken)
    {
        var edges = new List<(TaskId From, TaskId To, DependencyInfo Edge)>();
        tasks.Add(start.Id, start);
        List<TaskInfo> open = [start];
        while (open.Count > 0)
        {
            var next = new List<TaskInfo>();
            foreach (var some in open.Chunk(MostAtOnce))
            {
                var parents = new HashSet<TaskId>();
                foreach (var task in some)
                {
                    foreach (var edge in await DependenciesAsync(inspector, task.Id, cancellationToken).ConfigureAwait(false))
                    {
                        edges.Add((edge.On, task.Id, edge));
                        parents.Add(edge.On);
                    }
                }

                parents.ExceptWith(tasks.Keys);
                foreach (var ids in parents.Chunk(MostAtOnce))
                {
                    Add(next, (await inspector.QueryAsync(new TaskQuery { Ids = ids, Limit = MostAtOnce }, cancellationToken).ConfigureAwait(false)).Tasks);
                }

                await AddChildrenAsync(inspector, time, some, next, cancellationToken).ConfigureAwait(false);
            }

            open = next;
        }

        Tasks = [.. tasks.Values.OrderBy(task => task.Id)];
        // Parents that were pruned, and those beyond the limit, are not drawn.
        Edges = [.. edges.Where(edge => tasks.ContainsKey(edge.From) && tasks.ContainsKey(edge.To))];
    }

    private async ValueTask AddChildrenAsync(
        ITaskInspector inspector, TimeProvider time, TaskInfo[] parents, List<TaskInfo> next, CancellationToken cancellationToken)
    {
        var filter = TaskFilter.Parse($"after in ({string.Join(',', parents.Select(task => task.Id.Value.ToString(CultureInfo.InvariantCulture)))})", time);
        TaskCursor? cursor = null;
        do
        {
            var page = await inspector.QueryAsync(new TaskQuery { Filter = filter, Limit = MostTasks, Cursor = cursor, ReadLimit = Reading.Limit }, cancellationToken).ConfigureAwait(false);
            Add(next, page.Tasks);
            cursor = page.Next;
        }
        while (cursor is not null && IsComplete);
    }

    private static async ValueTask<IReadOnlyList<DependencyInfo>> DependenciesAsync(ITaskInspector inspector, TaskId id, CancellationToken cancellationToken)
    {
        try
        {
            return await inspector.GetDependenciesAsync(id, cancellationToken).ConfigureAwait(false);
        }
        catch (TaskNotFoundException)
        {
            // Removed meanwhile.
            return [];
        }
    }

    private void Add(List<TaskInfo> next, IReadOnlyList<TaskInfo> found)
    {
        foreach (var task in found)
        {
            if (tasks.ContainsKey(task.Id))
            {
                continue;
            }

            if (tasks.Count == MostTasks)
            {
                IsComplete = false;
                return;
            }

            tasks.Add(task.Id, task);
            next.Add(task);
        }
    }
}
