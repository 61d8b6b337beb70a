using System.Security.Claims;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace DurableQueue.Mcp.Calls;

/// <summary>One call of a tool: the queue that it works on, and who called.</summary>
internal sealed class ToolCall(ToolHost host, RequestContext<CallToolRequestParams> request)
{
    private const int LongestName = 100;

    /// <summary>Together with the name of the client it can still be recorded.</summary>
    private const int LongestUser = 150;

    public ToolHost Host => host;

    public ITaskQueue Queue => host.Queue;

    /// <summary>Who called, if the transport knows.</summary>
    public ClaimsPrincipal? User => request.User;

    /// <summary>A token for waits: they end with the call, and also with the connection.</summary>
    public CancellationTokenSource WhileConnected(CancellationToken cancellationToken) =>
        CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, host.Closing);

    /// <summary>Changes to tasks, recorded under the name of the caller.</summary>
    public ITaskControl Control => Requester is { } by ? Queue.Control.As(by) : Queue.Control;

    /// <summary>Changes to groups, recorded under the name of the caller.</summary>
    public ITaskGroups Groups => Requester is { } by ? Queue.Groups.As(by) : Queue.Groups;

    /// <summary>The user, if one is known, and the client by the name that it gives itself.</summary>
    private string? Requester => (host.NameOf(User), ClientName) switch
    {
        ({ Length: <= LongestUser } user, { } client) => $"{user} with {client}",
        var (user, client) => user ?? client,
    };

    private string? ClientName =>
        request.Server.ClientInfo?.Name is { } name && PlainName(name) is { Length: > 0 } plain ? plain : null;

    /// <summary>A client may call itself anything.</summary>
    private static string PlainName(string name) =>
        new([.. name.Where(letter => !char.IsControl(letter) && !char.IsSurrogate(letter)).Take(LongestName)]);

    /// <summary>Reports progress to the client, if it asked for it. It is measured in time, because progress must grow with every report.</summary>
    public Task ReportAsync(TimeSpan done, TimeSpan total, string message, CancellationToken cancellationToken) =>
        request.Params?.ProgressToken is { } token
            ? request.Server.NotifyProgressAsync(
                token,
                new ProgressNotificationValue { Progress = (float)done.TotalSeconds, Total = (float)total.TotalSeconds, Message = message },
                cancellationToken: cancellationToken)
            : Task.CompletedTask;
}
