using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace DurableQueue.Worker;

/// <summary>Asks the queue's router for the type of a task, instead of running a handler.</summary>
/// <param name="create">Creates the router, from the attempt's own scope.</param>
/// <param name="options">The router's settings.</param>
/// <param name="candidates">The types that it may choose.</param>
/// <param name="time">The host's clock.</param>
internal sealed class RouterInvoker(
    Func<IServiceProvider, ITaskRouter> create, RouterOptions options, IReadOnlyList<RouteCandidate> candidates, TimeProvider time)
{
    /// <summary>The types that it may choose.</summary>
    public IReadOnlyList<RouteCandidate> Candidates => candidates;

    public async ValueTask<HandlerResult> RunAsync(LeasedTask task, IServiceScopeFactory scopes, CancellationToken cancellationToken)
    {
        try
        {
            var request = RequestOf(task.Id, task.Payload, task.Label, task.Group, task.Metadata) with { Attempt = task.Attempt };
            return new HandlerResult(default, null, await ChooseAsync(request, scopes, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception error)
        {
            return new HandlerResult(default, error);
        }
    }

    /// <summary>Asks what would be chosen for a task that has not been enqueued, whose id is 0.</summary>
    /// <exception cref="DurableQueueException">The router chose nothing, or took too long, and there is no default type.</exception>
    public ValueTask<ChosenRoute> PreviewAsync(NewTask task, IServiceScopeFactory scopes, CancellationToken cancellationToken) =>
        ChooseAsync(
            RequestOf(default, task.Payload, task.Label, task.Group, task.Metadata ?? new Dictionary<string, string>()) with { Attempt = 1 }, scopes, cancellationToken);

    private async ValueTask<ChosenRoute> ChooseAsync(RoutingRequest request, IServiceScopeFactory scopes, CancellationToken cancellationToken)
    {
        try
        {
            return new ChosenRoute(Check(await AskAsync(request, scopes, cancellationToken).ConfigureAwait(false)), IsFallback: false);
        }
        catch (Exception error) when (options.DefaultType is not null && !cancellationToken.IsCancellationRequested)
        {
            return new ChosenRoute(new RouteDecision(options.DefaultType, $"The router failed: {error.Message}"), IsFallback: true);
        }
    }

    private async Task<RouteDecision?> AskAsync(RoutingRequest request, IServiceScopeFactory scopes, CancellationToken cancellationToken)
    {
        var scope = scopes.CreateAsyncScope();
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // On the pool: a router that blocks must not outlast its timeout either.
        var asking = Task.Run(async () => await create(scope.ServiceProvider).RouteAsync(request, stop.Token).ConfigureAwait(false), CancellationToken.None);
        _ = EndScopeAsync(asking, scope, stop);
        try
        {
            return await asking.WaitAsync(options.Timeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!asking.IsCompleted)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw new DurableQueueException($"The router did not choose a type within {options.Timeout}.");
        }
    }

    /// <summary>A router that timed out may still use its services until it returns.</summary>
    private static async Task EndScopeAsync(Task asking, AsyncServiceScope scope, CancellationTokenSource stop)
    {
        await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await scope.DisposeAsync().ConfigureAwait(false);
        stop.Dispose();
    }

    private RouteDecision Check(RouteDecision? choice)
    {
        if (choice is null)
        {
            throw new DurableQueueException("The router chose no type.");
        }

        return candidates.Any(candidate => candidate.Type == choice.Type)
            ? choice
            : throw new DurableQueueException(
                $"The router chose the type '{choice.Type}', which is not a candidate. The candidates are {string.Join(", ", candidates.Select(candidate => candidate.Type))}.");
    }

    private RoutingRequest RequestOf(TaskId id, ReadOnlyMemory<byte> payload, string? label, string group, IReadOnlyDictionary<string, string> metadata) => new()
    {
        TaskId = id,
        Description = metadata.GetValueOrDefault(RoutingRequest.DescriptionMetadataKey) ?? label ?? TextOf(payload),
        Payload = payload,
        Label = label,
        Group = group,
        Metadata = metadata,
        Candidates = candidates,
    };

    private static string TextOf(ReadOnlyMemory<byte> payload)
    {
        var text = Encoding.UTF8.GetString(payload.Span);
        if (!text.StartsWith('"'))
        {
            return text;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.GetString() ?? text;
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
