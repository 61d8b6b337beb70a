namespace DurableQueue;

/// <summary>
/// An approval that a handler asked for was refused, or nobody decided in time. A handler that lets it out ends its task for good, with
/// <see cref="TaskOutcome.Rejected"/>; one that catches it can do something else.
/// </summary>
public sealed class ApprovalRejectedException : DurableQueueException
{
    /// <summary>Says what was refused, by whom and why.</summary>
    public ApprovalRejectedException(ApprovalInfo request)
        : base(Describe(request)) => Request = request;

    /// <summary>The request, with the decision.</summary>
    public ApprovalInfo Request { get; }

    /// <summary>Who refused; <see langword="null"/> if nobody decided in time.</summary>
    public string? By => Request.DecidedBy;

    /// <summary>Why.</summary>
    public string? Reason => Request.Note;

    private static string Describe(ApprovalInfo request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.DecidedBy is { } by
            ? $"Request {request.Id} ({request.What}) was rejected by {by}: {request.Note}"
            : $"Request {request.Id} ({request.What}) was rejected: {request.Note}";
    }
}
