using System.Security.Cryptography;
using System.Text;
using DurableQueue.Lifecycle;
using DurableQueue.Queueing;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Decides a pending request, once, and does what follows for its task.</summary>
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
        if (row.Status != ApprovalStatus.Pending)
        {
            throw new ApprovalStateException(row.Id, row.Status, $"Request {row.Id} is {row.Status}: there is one decision per request.");
        }

        if (row.ExpiresAtMs <= context.NowMs)
        {
            throw new ApprovalStateException(row.Id, ApprovalStatus.Expired, $"Request {row.Id} expired at {Times.FromMs(row.ExpiresAtMs.Value):O}.");
        }

        if (row.Terms.Approvers is { } approvers && !approvers.Contains(by, StringComparer.Ordinal))
        {
            throw new ApproverNotAllowedException(row.Id, by, approvers);
        }

        var decided = approve ? ApprovalStatus.Approved : ApprovalStatus.Rejected;
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
        if (request?.Status != ApprovalStatus.Pending || request.ExpiresAtMs <= context.NowMs)
        {
            throw new TaskStateException(id, row.State, $"Task {id} is {row.State} and has no pending request for an approval.");
        }

        return request;
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

    /// <summary>What is decided on, for the record; the payload itself goes with the task.</summary>
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
            // No text: its digest says which bytes they were.
        }

        return $"({payload.Length} bytes, SHA-256 {Convert.ToHexString(SHA256.HashData(payload))})";
    }
}
