using System.Text.Json;
using Polly;

namespace DurableQueue.Worker;

/// <summary>Creates the middleware of one attempt.</summary>
internal delegate Func<TaskContext, Func<CancellationToken, Task>, CancellationToken, Task> MiddlewareSource(IServiceProvider services);

/// <summary>The handlers of one queue by task type, each wrapped in its resilience pipeline and the middleware.</summary>
internal sealed class HandlerCatalog : ITaskTypes
{
    private const string AutoDescription = "The router of the application chooses the type.";

    private readonly Dictionary<string, Entry> handlers;
    private readonly ILookup<Type, string> typesByPayload;

    public HandlerCatalog(
        IReadOnlyList<HandlerDescriptor> handlers,
        Func<HandlerDescriptor, HandlerOptions> settingsOf,
        JsonSerializerOptions json,
        IReadOnlyList<MiddlewareSource> middleware,
        RouterInvoker? router,
        TimeProvider time)
    {
        this.handlers = handlers.ToDictionary(handler => handler.Type, handler => MakeEntry(handler, settingsOf(handler), middleware, time), StringComparer.Ordinal);
        typesByPayload = handlers.Where(handler => handler.PayloadType is not null).ToLookup(handler => handler.PayloadType!, handler => handler.Type);
        AdoptedTypes = [.. handlers.Where(handler => handler.Adopts).Select(handler => handler.Type).Order(StringComparer.Ordinal)];
        Router = router;
        Types = [.. this.handlers.Keys.Concat(router is null ? [] : [NewTask.AutoType]).Order(StringComparer.Ordinal)];
        Described =
        [
            .. this.handlers.Select(handler => (new RouteCandidate(handler.Key, handler.Value.Options.Description), true)),
            .. (router?.Candidates ?? []).Where(candidate => !this.handlers.ContainsKey(candidate.Type)).Select(candidate => (candidate, false)),
            .. router is null ? [] : new[] { (new RouteCandidate(NewTask.AutoType, AutoDescription), true) },
        ];
        Json = json;
    }

    public IReadOnlyList<(RouteCandidate Type, bool IsHandled)> Described { get; }

    /// <summary>The types that workers ask for: those with a handler, and <see cref="NewTask.AutoType"/> if there is a router.</summary>
    public IReadOnlyList<string> Types { get; }

    /// <summary>Those of <see cref="Types"/> whose work continues without the worker.</summary>
    public IReadOnlyList<string> AdoptedTypes { get; }

    /// <summary>Handles the tasks of type <see cref="NewTask.AutoType"/>; <see langword="null"/> if there is no router.</summary>
    public RouterInvoker? Router { get; }

    public JsonSerializerOptions Json { get; }

    public HandlerInvoker this[string type] => handlers[type].Invoke;

    public NewTask WithHandlerSettings(NewTask task) =>
        handlers.TryGetValue(task.Type, out var handler) ? handler.Options.ApplyTo(task) : task;

    public int? VersionFor(string type, Type payload) =>
        handlers.TryGetValue(type, out var handler) ? handler.Versions.VersionOf(payload) : null;

    public bool TakesBytes(string type) => handlers.TryGetValue(type, out var handler) && handler.Descriptor.TakesBytes;

    public string TypeFor(Type payload)
    {
        var types = typesByPayload[payload].ToArray();
        return types.Length switch
        {
            1 => types[0],
            0 => throw new ArgumentException(
                $"No handler is registered for the payload type {payload}. Register one, give the payload type a [TaskType], or pass the task type.", nameof(payload)),
            _ => throw new ArgumentException(
                $"The payload type {payload} has handlers for several task types ({string.Join(", ", types)}). Pass the task type.", nameof(payload)),
        };
    }

    private static Entry MakeEntry(HandlerDescriptor handler, HandlerOptions options, IReadOnlyList<MiddlewareSource> middleware, TimeProvider time)
    {
        var versions = new PayloadVersions(handler, options);
        var invoke = handler.CreateInvoker(versions);
        if (options.GetResilience(time) is { } pipeline)
        {
            invoke = Wrap(pipeline, invoke);
        }

        // Wrapped from the inside out: the middleware that was registered first is the outermost.
        return new Entry(middleware.Reverse().Aggregate(invoke, Wrap), handler, versions, options);
    }

    private static HandlerInvoker Wrap(ResiliencePipeline pipeline, HandlerInvoker next) => async call =>
        await pipeline.ExecuteAsync(
            static async (state, token) => await state.next(state.call with { CancellationToken = token }).ConfigureAwait(false),
            (next, call),
            call.CancellationToken).ConfigureAwait(false);

    private static HandlerInvoker Wrap(HandlerInvoker next, MiddlewareSource middleware) => async call =>
    {
        ReadOnlyMemory<byte> result = default;
        await middleware(call.Services)(
            call.Context,
            async token => result = await next(call with { CancellationToken = token }).ConfigureAwait(false),
            call.CancellationToken).ConfigureAwait(false);
        return result;
    };

    private sealed record Entry(HandlerInvoker Invoke, HandlerDescriptor Descriptor, PayloadVersions Versions, HandlerOptions Options);
}
