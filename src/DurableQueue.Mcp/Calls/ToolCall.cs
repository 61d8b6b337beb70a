using System.Security.Claims;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace DurableQueue.Mcp.Calls;

/// <summary>One call of a tool: the queue that it works on, and who called.</summary>
internal sealed class ToolCall(ToolHost host, RequestContext<CallToolRequestParams> request)
{
    public ToolHost Host => host;

    public ITaskQueue Queue => host.Queue;

    /// <summary>Who called, if the transport knows.</summary>
    public ClaimsPrincipal? User => request.User;

    /// <summary>A token for waits: they end with the call, and also with the connection.</summary>
    public CancellationTokenSource WhileConnected(CancellationToken cancellationToken) =>
        CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, host.Closing);

    /// <summary>Reports progress to the client, if it asked for it. It is measured in time, because progress must grow with every report.</summary>
    public Task ReportAsync(TimeSpan done, TimeSpan total, string message, CancellationToken cancellationToken) =>
        request.Params?.ProgressToken is { } token
            ? request.Server.NotifyProgressAsync(
                token,
                new ProgressNotificationValue { Progress = (float)done.TotalSeconds, Total = (float)total.TotalSeconds, Message = message },
                cancellationToken: cancellationToken)
            : Task.CompletedTask;
}
