using System.Text.Json;
using DurableQueue.Mcp.Calls;
using DurableQueue.Mcp.Tools;
using DurableQueue.Mcp.Views;
using ModelContextProtocol.Protocol;

namespace DurableQueue.Mcp.Resources;

/// <summary><c>dq://task/17</c>: what <c>queue_show</c> shows.</summary>
internal sealed class TaskResource() : QueueResource(isLog: false, new ResourceTemplate
{
    UriTemplate = ResourceAddress.TaskTemplate,
    Name = "task",
    Title = "A task",
    Description = "Everything about one task, as queue_show has it. Subscribe to it to be told when the task starts, ends or makes progress, and when its output matches a pattern that it watches for.",
    MimeType = "application/json",
})
{
    protected override async ValueTask<string> ReadAsync(ToolHost host, TaskId id, CancellationToken cancellationToken)
    {
        var details = await TaskDetails.ReadAsync(host, id, host.Options.DefaultCharacters, cancellationToken).ConfigureAwait(false);
        return ReadableJson.Text(JsonSerializer.SerializeToElement(details, ToolJson.Default.TaskDetails));
    }
}
