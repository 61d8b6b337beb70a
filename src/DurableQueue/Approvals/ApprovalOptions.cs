namespace DurableQueue;

/// <summary>How a handler asks for an approval.</summary>
public sealed record ApprovalOptions : ApprovalTerms
{
    /// <summary>
    /// Names the request among those of the task: the same key with the same text and arguments is the same request, however often it is asked for.
    /// 1 to 256 characters. <see langword="null"/> (default) means the number of the call among the equal calls of the attempt: each call needs a
    /// decision of its own, and gets it back in later attempts.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>Keep the slots of the group and of the worker while waiting. Default: they are given back.</summary>
    public bool KeepSlot { get; init; }

    /// <summary>The number of the call, from 1, where there is no key.</summary>
    internal int Call { get; init; } = 1;
}
