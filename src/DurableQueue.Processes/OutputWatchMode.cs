namespace DurableQueue.Processes;

/// <summary>Which matches of an <see cref="OutputPattern"/> raise a notification.</summary>
public enum OutputWatchMode
{
    /// <summary>The first match of the attempt.</summary>
    FirstMatch,

    /// <summary>Matches whose text differs from the previous match: <c>status: (ok|failing)</c> reports each change once.</summary>
    Transition,

    /// <summary>Each match, up to the limits of the pattern.</summary>
    Always,
}
