using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace DurableQueue.Mcp.Calls;

/// <summary>A tool over the queue. Its schemas are those of its two records, and what a caller does wrong is an answer that says so, not an error of the protocol.</summary>
/// <param name="text">What it says about itself.</param>
/// <param name="input">Its parameters.</param>
/// <param name="result">Its result.</param>
internal abstract class QueueTool<TInput, TResult>(ToolText text, JsonTypeInfo<TInput> input, JsonTypeInfo<TResult> result) : McpServerTool, IQueueTool
{
    public sealed override Tool ProtocolTool { get; } = new()
    {
        Name = text.Name,
        Title = text.Title,
        Description = text.Description,
        InputSchema = ToolSchema.OfInput(input),
        OutputSchema = ToolSchema.OfResult(result),
        Annotations = new ToolAnnotations
        {
            Title = text.Title,
            ReadOnlyHint = text.Effect == ToolEffect.Reads,
            DestructiveHint = text.Effect == ToolEffect.Destroys,
            IdempotentHint = text.Idempotent || text.Effect == ToolEffect.Reads,
            OpenWorldHint = text.RunsCommands,
        },
    };

    public sealed override IReadOnlyList<object> Metadata => [];

    public ToolText Text => text;

    public sealed override async ValueTask<CallToolResult> InvokeAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken = default)
    {
        var host = request.Services!.GetRequiredService<ToolHost>();
        try
        {
            if (text.RefusalBy(host) is { } refusal)
            {
                throw new ToolException(refusal);
            }

            var read = ToolInput.Read(request.Params?.Arguments, ProtocolTool.InputSchema, input);
            return Answer(await RunAsync(read, new ToolCall(host, request), cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when ((host.MessageOf(e) ?? ToolErrors.MessageOf(e)) is { } message)
        {
            return new CallToolResult { IsError = true, Content = [new TextContentBlock { Text = message }] };
        }
        catch (OperationCanceledException) when (host.Closing.IsCancellationRequested)
        {
            return new CallToolResult { IsError = true, Content = [new TextContentBlock { Text = "The connection was closed during the call." }] };
        }
    }

    protected abstract ValueTask<TResult> RunAsync(TInput input, ToolCall call, CancellationToken cancellationToken);

    /// <summary>The result, also as text for clients that know no structured results.</summary>
    private CallToolResult Answer(TResult answer)
    {
        var json = JsonSerializer.SerializeToElement(answer, result);
        return new CallToolResult { StructuredContent = json, Content = [new TextContentBlock { Text = ReadableJson.Text(json) }] };
    }
}
