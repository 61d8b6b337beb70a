using DurableQueue.Dashboard.Inputs;
using DurableQueue.Dashboard.Views;

namespace DurableQueue.Dashboard.Endpoints;

internal static class GroupEndpoints
{
    public static readonly IReadOnlyList<ApiEndpoint> All =
    [
        ApiEndpoint.Get("groups", DashboardPermission.View, ListAsync),
        ApiEndpoint.Post("groups/{name}", DashboardPermission.Groups, ChangeAsync),
        ApiEndpoint.Post("groups/{name}/remove", DashboardPermission.Groups, RemoveAsync),
    ];

    private static Task ListAsync(ApiCall call) => call.AnswerSharedAsync(
        async (_, token) => new GroupListView([.. (await call.Queue.Groups.ListAsync(token).ConfigureAwait(false)).Select(GroupView.Of)]),
        ViewJson.Default.GroupListView);

    private static async Task ChangeAsync(ApiCall call)
    {
        var name = call.Route("name");
        var input = await call.ReadAsync(InputJson.Default.GroupInput).ConfigureAwait(false);
        var groups = call.Groups;
        if (input.Parallelism is < 0)
        {
            throw ApiProblemException.BadInput("parallelism", $"parallelism is {input.Parallelism}, but must be 0 (no limit) or more.");
        }

        if (!await groups.CreateAsync(name, input.Parallelism ?? 0, call.Aborted).ConfigureAwait(false) && input.Parallelism is { } parallelism)
        {
            await groups.SetParallelismAsync(name, parallelism, call.Aborted).ConfigureAwait(false);
        }

        if (input.PauseOnFailure is { } pauseOnFailure)
        {
            await groups.SetPauseOnFailureAsync(name, pauseOnFailure, call.Aborted).ConfigureAwait(false);
        }

        if (input.Paused is true)
        {
            await groups.PauseAsync(name, call.Aborted).ConfigureAwait(false);
        }
        else if (input.Paused is false)
        {
            await groups.ResumeAsync(name, call.Aborted).ConfigureAwait(false);
        }

        call.MarkGroupChanged(call.Route("name"));
        var group = await groups.GetAsync(name, call.Aborted).ConfigureAwait(false) ?? throw new GroupNotFoundException(name);
        await call.AnswerAsync(GroupView.Of(group), ViewJson.Default.GroupView).ConfigureAwait(false);
    }

    private static async Task RemoveAsync(ApiCall call)
    {
        await call.ReadAsync(InputJson.Default.EmptyInput).ConfigureAwait(false);
        await call.Groups.RemoveAsync(call.Route("name"), call.Aborted).ConfigureAwait(false);
        call.MarkGroupChanged(call.Route("name"));
        await call.AnswerAsync(new RemovedView(true), ViewJson.Default.RemovedView).ConfigureAwait(false);
    }
}
