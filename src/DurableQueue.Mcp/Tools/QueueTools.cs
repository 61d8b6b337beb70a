using ModelContextProtocol.Server;

namespace DurableQueue.Mcp.Tools;

/// <summary>All tools, in the order in which they are listed.</summary>
internal static class QueueTools
{
    public static IReadOnlyList<McpServerTool> Create() =>
    [
        new AddTool(),
        new AddGraphTool(),
        new WaitTool(),
        new ListTool(),
        new ShowTool(),
        new LogTool(),
        new StopTool(),
        new RetryTool(),
        new PauseTool(),
        new ResumeTool(),
        new GroupsTool(),
        new SetGroupTool(),
        new NotificationsTool(),
        new ApprovalsTool(),
        new DecideTool(),
        new BudgetsTool(),
    ];
}
