using System.Text;
using DurableQueue.Dashboard.Views;

namespace DurableQueue.Dashboard.Endpoints;

/// <summary>Reads approval requests for one viewer.</summary>
internal static class ApprovalReader
{
    private const int MostOfTask = 50;

    public static async ValueTask<IReadOnlyList<ApprovalView>> OfTaskAsync(ApiCall call, Contents contents, TaskId id)
    {
        var found = new List<ApprovalView>();
        await foreach (var request in call.Queue.Approvals.ReadAsync(new ApprovalQuery { Task = id }, call.Aborted).ConfigureAwait(false))
        {
            found.Add(await ViewAsync(call, contents, request).ConfigureAwait(false));
            if (found.Count == MostOfTask)
            {
                break;
            }
        }

        return found;
    }

    public static async ValueTask<ApprovalView> ViewAsync(ApiCall call, Contents contents, ApprovalInfo request)
    {
        var isPending = request.Status == ApprovalStatus.Pending;
        return new ApprovalView
        {
            Id = request.Id.Value,
            TaskId = request.TaskId.Value,
            TaskType = request.TaskType,
            Group = request.Group,
            Label = request.Label,
            What = request.What,
            Arguments = request.Arguments.Length == 0
                ? null
                : contents.View(request.InRun ? "" : request.TaskType, DashboardPayloadKind.ApprovalArguments, Encoding.UTF8.GetBytes(request.Arguments)),
            Status = Text.Name(request.Status),
            RequestedAt = Text.Time(request.RequestedAt),
            ExpiresAt = Text.Time(request.ExpiresAt),
            DecidedAt = Text.Time(request.DecidedAt),
            DecidedBy = request.DecidedBy,
            Note = request.Note,
            Approvers = request.Approvers,
            Gates = request.Gates,
            InRun = request.InRun,
            Outdated = request.Outdated ? true : null,
            MayDecide = isPending
                ? await call.MayAsync(DashboardPermission.Approve).ConfigureAwait(false) && (request.Approvers?.Contains(call.Viewer.Name!, StringComparer.Ordinal) ?? true)
                : null,
        };
    }
}
