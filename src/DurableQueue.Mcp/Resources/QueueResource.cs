using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace DurableQueue.Mcp.Resources;

/// <summary>A kind of resource of the queue: tasks, or logs.</summary>
/// <param name="isLog">Logs.</param>
/// <param name="template">What it says about itself.</param>
internal abstract class QueueResource(bool isLog, ResourceTemplate template) : McpServerResource
{
    public sealed override ResourceTemplate ProtocolResourceTemplate => template;

    public sealed override IReadOnlyList<object> Metadata => [];

    public sealed override bool IsMatch(string uri) => ResourceAddress.Read(uri) is { } address && address.IsLog == isLog;

    public sealed override async ValueTask<ReadResourceResult> ReadAsync(RequestContext<ReadResourceRequestParams> request, CancellationToken cancellationToken = default)
    {
        var address = ResourceAddress.Read(request.Params?.Uri)!;
        var host = request.Services!.GetRequiredService<ToolHost>();
        try
        {
            var text = await ReadAsync(host, address.Id, cancellationToken).ConfigureAwait(false);
            return new ReadResourceResult { Contents = [new TextResourceContents { Uri = address.ToString(), MimeType = template.MimeType, Text = text }] };
        }
        catch (TaskNotFoundException e)
        {
            throw new McpProtocolException(e.Message, McpErrorCode.ResourceNotFound);
        }
        catch (DurableQueueException e)
        {
            throw new McpException(e.Message, e);
        }
    }

    protected abstract ValueTask<string> ReadAsync(ToolHost host, TaskId id, CancellationToken cancellationToken);
}
