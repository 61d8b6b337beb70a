namespace DurableQueue.Processes;

/// <summary>Which matches of an <see cref="OutputPattern"/> raise a notification.</summary>
public enum OutputWatchMode
{
    /// <summary>The first match of the attempt.</summary>
    FirstMatch,

    /// <summary>
    /// Matches whose text differs from the one raised before: <c>status: (ok|failing)</c> reports each change once. Any output: what differs from the output raised
    /// before; the same lines again, however often, raise nothing.
    /// </summary>
    Transition,

    /// <summary>Each match.</summary>
    Always,
}
