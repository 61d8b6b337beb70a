namespace DurableQueue;

/// <summary>Options of an approval request that a handler makes.</summary>
public sealed record ApprovalOptions : ApprovalTerms
{
    /// <summary>
    /// Identifies the request among those of the task, 1 to 256 characters: calls with the same key, text and arguments make one request.
    /// <see langword="null"/>, the default, means the number of the call among the equal calls of the attempt: each call needs its own decision,
    /// which later attempts get again.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>Keeps the slots in the group and in the worker during the wait. By default they are freed.</summary>
    public bool KeepSlot { get; init; }

    /// <summary>The number of the call, from 1, if there is no key.</summary>
    internal int Call { get; init; } = 1;
}
