using Microsoft.Extensions.DependencyInjection;

namespace DurableQueue.Worker;

/// <summary>One registered handler: the type it serves, what it reads, how to call it.</summary>
internal sealed record HandlerDescriptor(string Type, Type PayloadType, HandlerInvoker Invoke)
{
    public static HandlerDescriptor ForClass<TPayload, THandler>(string type)
        where THandler : ITaskHandler<TPayload> =>
        ForDelegate<TPayload>(type, services => services.GetRequiredService<THandler>().HandleAsync);

    public static HandlerDescriptor ForClass<TPayload, TResult, THandler>(string type)
        where THandler : ITaskHandler<TPayload, TResult> =>
        ForDelegate<TPayload, TResult>(type, services => services.GetRequiredService<THandler>().HandleAsync);

    public static HandlerDescriptor ForDelegate<TPayload>(
        string type, Func<IServiceProvider, Func<TPayload, TaskContext, CancellationToken, Task>> resolve) =>
        new(type, typeof(TPayload), async call =>
        {
            var payload = call.ReadPayload<TPayload>();
            await resolve(call.Services)(payload, call.Context, call.CancellationToken).ConfigureAwait(false);
            return default;
        });

    public static HandlerDescriptor ForDelegate<TPayload, TResult>(
        string type, Func<IServiceProvider, Func<TPayload, TaskContext, CancellationToken, Task<TResult>>> resolve) =>
        new(type, typeof(TPayload), async call =>
        {
            var payload = call.ReadPayload<TPayload>();
            var result = await resolve(call.Services)(payload, call.Context, call.CancellationToken).ConfigureAwait(false);
            return call.WriteResult(result);
        });
}
