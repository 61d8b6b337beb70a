using System.Globalization;
using DurableQueue.Dashboard.Inputs;
using DurableQueue.Dashboard.Views;

namespace DurableQueue.Dashboard.Endpoints;

internal static class ApprovalEndpoints
{
    private const int Page = 50;

    public static readonly IReadOnlyList<ApiEndpoint> All =
    [
        ApiEndpoint.Get("approvals", DashboardPermission.View, ListAsync),
        ApiEndpoint.Post("approvals/{id}/approve", DashboardPermission.Approve, ApproveAsync),
        ApiEndpoint.Post("approvals/{id}/reject", DashboardPermission.Approve, RejectAsync),
    ];

    /// <exception cref="ApiProblemException">It is missing.</exception>
    public static string ReasonOf(DecisionInput input) => string.IsNullOrWhiteSpace(input.Reason)
        ? throw ApiProblemException.BadInput("reason", "Say why it is rejected.")
        : input.Reason;

    private static async Task ListAsync(ApiCall call)
    {
        var query = new ApprovalQuery
        {
            Status = call.Query("state") is { } state ? Word.Read("state", state, ApprovalStatus.Pending) : null,
            After = call.Query("cursor") is { } cursor ? ReadId("cursor", cursor) : default,
        };
        var contents = new Contents(call.Source.Name, call.Options, await call.MayAsync(DashboardPermission.ViewPayloads).ConfigureAwait(false));
        var found = new List<ApprovalInfo>();
        await foreach (var request in call.Queue.Approvals.ReadAsync(query, call.Aborted).ConfigureAwait(false))
        {
            found.Add(request);
            if (found.Count > Page)
            {
                break;
            }
        }

        var views = new List<ApprovalView>();
        foreach (var request in found.Take(Page))
        {
            views.Add(await ApprovalReader.ViewAsync(call, contents, request).ConfigureAwait(false));
        }

        await call.AnswerAsync(
            new ApprovalListView(views, found.Count > Page ? found[Page - 1].Id.ToString() : null), ViewJson.Default.ApprovalListView).ConfigureAwait(false);
    }

    private static async Task ApproveAsync(ApiCall call)
    {
        var id = ReadId("id", call.Route("id"));
        var input = await call.ReadAsync(InputJson.Default.DecisionInput).ConfigureAwait(false);
        await call.Queue.Approvals.ApproveAsync(id, call.Viewer.Name!, input.Note, call.Aborted).ConfigureAwait(false);
        await AnswerAsync(call, id).ConfigureAwait(false);
    }

    private static async Task RejectAsync(ApiCall call)
    {
        var id = ReadId("id", call.Route("id"));
        var input = await call.ReadAsync(InputJson.Default.DecisionInput).ConfigureAwait(false);
        await call.Queue.Approvals.RejectAsync(id, call.Viewer.Name!, ReasonOf(input), call.Aborted).ConfigureAwait(false);
        await AnswerAsync(call, id).ConfigureAwait(false);
    }

    private static async Task AnswerAsync(ApiCall call, ApprovalId id)
    {
        call.MarkChanged(id.ToString());
        var request = await call.Queue.Approvals.GetAsync(id, call.Aborted).ConfigureAwait(false) ?? throw new ApprovalNotFoundException(id);
        call.Options.Host?.Changed([request.TaskId]);
        var contents = new Contents(call.Source.Name, call.Options, await call.MayAsync(DashboardPermission.ViewPayloads).ConfigureAwait(false));
        await call.AnswerAsync(await ApprovalReader.ViewAsync(call, contents, request).ConfigureAwait(false), ViewJson.Default.ApprovalView).ConfigureAwait(false);
    }

    private static ApprovalId ReadId(string field, string text) => ApprovalId.TryParse(text, CultureInfo.InvariantCulture, out var id)
        ? id
        : throw ApiProblemException.BadInput(field, $"'{text}' is not the id of an approval request.");
}
