using System.Security.Cryptography;
using System.Text;
using DurableQueue.Approvals;
using DurableQueue.Lifecycle;
using DurableQueue.Queueing;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Decides a pending request, and releases its task or fails it.</summary>
internal sealed class DecideApproval : WriteOperation<bool>
{
    private const string SelectPayload = $"SELECT b.payload, {SharedParts.Columns} FROM task_body b WHERE b.id = @id";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly TaskId? task;
    private readonly ApprovalId request;
    private readonly bool approve;
    private readonly string by;
    private readonly string? note;

    /// <summary>The request that a queued task waits for before its run.</summary>
    public DecideApproval(TaskId task, bool approve, string by, string? note)
        : this(default(ApprovalId), approve, by, note) => this.task = task;

    public DecideApproval(ApprovalId request, bool approve, string by, string? note) =>
        (this.request, this.approve, this.by, this.note) = (request, approve, by, note);

    protected override bool Execute(WriteContext context)
    {
        var row = task is { } id ? RequireOf(context, id) : ApprovalRow.Find(context.Db, request) ?? throw new ApprovalNotFoundException(request);
        row.Decision.Require(by, Times.FromMs(context.NowMs));
        var decided = approve ? ApprovalStatus.Approved : ApprovalStatus.Rejected;
        context.Requests.Add(new NewRequest(approve ? QueueRequestKind.Approve : QueueRequestKind.Reject, by) { Tasks = [row.TaskId], Reason = note });
        if (row.InRun)
        {
            return context.Approvals.TryDecide(row.Id, decided, by, note);
        }

        context.Approvals.TryDecide(row.Id, decided, by, note, PayloadText(context, row.TaskId));
        Apply(context, TaskRow.Require(context.Db, row.TaskId));
        return true;
    }

    private static ApprovalRow RequireOf(WriteContext context, TaskId id)
    {
        var row = TaskRow.Require(context.Db, id);
        Transitions.Require(id, row.State, TaskTrigger.Approve);
        var request = row.Approval == ApprovalState.Pending ? ApprovalRow.LatestBeforeRun(context.Db, id) : null;
        return request?.Decision.IsOpen(Times.FromMs(context.NowMs)) == true
            ? request
            : throw new TaskStateException(id, row.State, $"Task {id} is {row.State} and has no pending approval request.");
    }

    private void Apply(WriteContext context, TaskRow row)
    {
        context.Approvals.SetTask(row.Id, approve ? ApprovalState.Approved : ApprovalState.Rejected);
        if (approve)
        {
            context.Tasks.SetHolds(row, row.Holds & ~TaskHolds.Approval, context.Lanes.ById(row.LaneId), row.NotBeforeMs);
        }
        else
        {
            context.Tasks.Finish(row, TaskState.Failed, TaskOutcome.Rejected, $"Rejected by {by}: {note}");
        }
    }

    /// <summary>What was decided on, for the record: the payload itself is deleted with the task.</summary>
    private static string PayloadText(WriteContext context, TaskId id)
    {
        var select = context.Db[SelectPayload].Bind("@id", id.Value);
        if (!select.Step())
        {
            return "";
        }

        var payload = select.IsNull(0) ? [] : select.IsNull(2) ? select.Blob(0) : SharedParts.Join(select.Blob(0), select.Blob(2), select.Int(1));
        select.Reset();
        try
        {
            if (payload.Length <= Limits.RecordedPayload && StrictUtf8.GetString(payload) is var text && !text.Contains('\0', StringComparison.Ordinal))
            {
                return text;
            }
        }
        catch (DecoderFallbackException)
        {
            // It is not text: the digest says which bytes they were.
        }

        return $"({payload.Length} bytes, SHA-256 {Convert.ToHexString(SHA256.HashData(payload))})";
    }
}
