namespace DurableQueue.Processes;

/// <summary>Which matches of an <see cref="OutputPattern"/> raise a notification.</summary>
public enum OutputWatchMode
{
    /// <summary>The first one of the attempt.</summary>
    FirstMatch,

    /// <summary>Those whose matched text differs from that of the match before: <c>status: (ok|failing)</c> tells each change once.</summary>
    Transition,

    /// <summary>Each one, within the budgets.</summary>
    Always,
}
