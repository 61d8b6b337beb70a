namespace DurableQueue.Mcp.Calls;

/// <summary>A tool of this package, without its types.</summary>
internal interface IQueueTool
{
    ToolText Text { get; }
}
