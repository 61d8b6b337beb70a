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
    public async ValueTask<HandlerResult> RunAsync(LeasedTask task, IServiceScopeFactory scopes, CancellationToken cancellationToken)
    {
        try
        {
            return new HandlerResult(default, null, new ChosenRoute(Check(await AskAsync(task, scopes, cancellationToken).ConfigureAwait(false)), IsFallback: false));
        }
        catch (Exception error) when (options.DefaultType is not null && !cancellationToken.IsCancellationRequested)
        {
            return new HandlerResult(default, null, new ChosenRoute(new RouteDecision(options.DefaultType, $"The router failed: {error.Message}"), IsFallback: true));
        }
        catch (Exception error)
        {
            return new HandlerResult(default, error);
        }
    }

    private async Task<RouteDecision?> AskAsync(LeasedTask task, IServiceScopeFactory scopes, CancellationToken cancellationToken)
    {
        var scope = scopes.CreateAsyncScope();
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // On the pool: a router that blocks must not outlast its timeout either.
        var asking = Task.Run(async () => await create(scope.ServiceProvider).RouteAsync(RequestOf(task), stop.Token).ConfigureAwait(false), CancellationToken.None);
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

    private RoutingRequest RequestOf(LeasedTask task) => new()
    {
        TaskId = task.Id,
        Description = task.Metadata.GetValueOrDefault(RoutingRequest.DescriptionMetadataKey) ?? task.Label ?? TextOf(task.Payload),
        Payload = task.Payload,
        Label = task.Label,
        Group = task.Group,
        Metadata = task.Metadata,
        Attempt = task.Attempt,
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
