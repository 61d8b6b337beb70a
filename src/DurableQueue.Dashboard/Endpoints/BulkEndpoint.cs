using DurableQueue.Dashboard.Inputs;
using DurableQueue.Dashboard.Views;
using static DurableQueue.Dashboard.DashboardPermission;

namespace DurableQueue.Dashboard.Endpoints;

/// <summary>
/// Acts on many tasks, in parts that each end soon: the page asks for the next one, can show how far it is, and can stop between two. In the order of
/// ids, so that no task is met twice.
/// </summary>
internal static class BulkEndpoint
{
    private const int Part = 500;
    private const int AtOnce = 100;
    private const int MostIds = 10_000;
    private const int Samples = 5;

    public static readonly IReadOnlyList<ApiEndpoint> All = [ApiEndpoint.Post("bulk", Bulk, BulkAsync)];

    private static readonly Dictionary<string, DashboardPermission> Actions = new(StringComparer.Ordinal)
    {
        ["cancel"] = Control,
        ["retry"] = Control,
        ["stash"] = Control,
        ["unstash"] = Control,
        ["runNow"] = Control,
        ["remove"] = Remove,
    };

    private static async Task BulkAsync(ApiCall call)
    {
        var input = await call.ReadAsync(InputJson.Default.BulkInput).ConfigureAwait(false);
        if (!Actions.TryGetValue(input.Action, out var permission))
        {
            throw ApiProblemException.BadInput("action", $"action is '{input.Action}', but must be {string.Join(", ", Actions.Keys)}.");
        }

        await call.RequireAsync(permission).ConfigureAwait(false);
        var page = await call.Queue.Inspector.QueryAsync(await QueryAsync(call, input).ConfigureAwait(false), call.Aborted).ConfigureAwait(false);
        var skipped = new List<(string Reason, TaskId Id)>();
        foreach (var some in page.Tasks.Chunk(AtOnce))
        {
            // Together, so that they are one transaction.
            var reasons = await Task.WhenAll(some.Select(task => ActAsync(call, input, task).AsTask())).ConfigureAwait(false);
            skipped.AddRange(some.Zip(reasons).Where(result => result.Second is not null).Select(result => (result.Second!, result.First.Id)));
        }

        var left = skipped.Select(task => task.Id).ToHashSet();
        var changed = page.Tasks.Count - skipped.Count;
        if (!input.DryRun && changed > 0)
        {
            call.MarkChanged($"{input.Action} of {changed} tasks");
            call.Options.Host?.Changed([.. page.Tasks.Select(task => task.Id).Where(id => !left.Contains(id))]);
        }

        await call.AnswerAsync(
            new BulkView
            {
                Matched = page.Tasks.Count,
                ByState = page.Tasks.Where(task => !left.Contains(task.Id)).GroupBy(task => Text.Name(task.State)).ToDictionary(state => state.Key, state => state.Count()),
                Changed = changed,
                Skipped = [.. skipped.GroupBy(task => task.Reason).Select(reason => new SkippedView(reason.Key, reason.Count(), [.. reason.Take(Samples).Select(task => task.Id.Value)]))],
                Cursor = Cursor.Write(page.Next),
                Complete = page.Next is null,
            },
            ViewJson.Default.BulkView).ConfigureAwait(false);
    }

    private static async ValueTask<TaskQuery> QueryAsync(ApiCall call, BulkInput input)
    {
        if (input.Ids is { Count: > MostIds })
        {
            throw ApiProblemException.BadInput("ids", $"At most {MostIds} ids; use a query for more.");
        }

        var query = await ReadEndpoints.QueryAsync(call, input.Q).ConfigureAwait(false);
        return query.Filter is { HasOrder: true } or { Limit: not null }
            ? throw ApiProblemException.BadInput("q", "An action on all tasks of a query has no order and no limit: remove 'order by' and 'limit'.")
            : query with { Ids = input.Ids is null ? null : [.. input.Ids.Distinct().Select(id => new TaskId(id))], Limit = Part, Cursor = Cursor.Read(input.Cursor) };
    }

    /// <returns>Why the task is left as it is; <see langword="null"/> if it is changed, or would be.</returns>
    private static async ValueTask<string?> ActAsync(ApiCall call, BulkInput input, TaskInfo task)
    {
        if (!TaskActions.Allows(task, input.Action))
        {
            return $"{Text.Name(task.State)}: {input.Action} does not apply";
        }

        if (input.DryRun)
        {
            return null;
        }

        try
        {
            await ActAsync(call.Control, input, task.Id, call.Aborted).ConfigureAwait(false);
            return null;
        }
        catch (TaskStateException e)
        {
            return $"{Text.Name(e.State)}: {input.Action} does not apply";
        }
        catch (TaskNotFoundException)
        {
            return "removed meanwhile";
        }
    }

    private static async ValueTask ActAsync(ITaskControl control, BulkInput input, TaskId id, CancellationToken cancellationToken)
    {
        switch (input.Action)
        {
            case "cancel":
                await control.CancelAsync(id, input.Arguments?.Reason, cancellationToken).ConfigureAwait(false);
                break;
            case "retry":
                await control.RetryAsync(id, cancellationToken: cancellationToken).ConfigureAwait(false);
                break;
            case "stash":
                await control.StashAsync(id, cancellationToken).ConfigureAwait(false);
                break;
            case "unstash":
                await control.UnstashAsync(id, cancellationToken).ConfigureAwait(false);
                break;
            case "runNow":
                await control.RunNowAsync(id, cancellationToken).ConfigureAwait(false);
                break;
            default:
                await control.RemoveAsync([id], cancellationToken).ConfigureAwait(false);
                break;
        }
    }
}
