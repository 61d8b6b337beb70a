namespace DurableQueue.Mcp.Calls;

/// <summary>What a call of a tool may change.</summary>
internal enum ToolEffect
{
    /// <summary>Nothing.</summary>
    Reads,

    /// <summary>It adds to the queue, or changes what can be changed back.</summary>
    Changes,

    /// <summary>It may end work that cannot be taken up again where it was.</summary>
    Destroys,
}
