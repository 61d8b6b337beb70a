namespace DurableQueue;

/// <summary>
/// Thrown in a handler when its approval request is rejected or expires. If the handler doesn't catch it, the task ends with
/// <see cref="TaskOutcome.Rejected"/> and isn't retried.
/// </summary>
public sealed class ApprovalRejectedException : DurableQueueException
{
    /// <summary>Creates an exception for a rejected request.</summary>
    public ApprovalRejectedException(ApprovalInfo request)
        : base(Describe(request)) => Request = request;

    /// <summary>The request, with the decision.</summary>
    public ApprovalInfo Request { get; }

    /// <summary>Who rejected the request; <see langword="null"/> if it expired.</summary>
    public string? By => Request.DecidedBy;

    /// <summary>The reason.</summary>
    public string? Reason => Request.Note;

    private static string Describe(ApprovalInfo request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.DecidedBy is { } by
            ? $"Approval request {request.Id} ({request.What}) was rejected by {by}: {request.Note}"
            : $"Approval request {request.Id} ({request.What}) was rejected: {request.Note}";
    }
}
