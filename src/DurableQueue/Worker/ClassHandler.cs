using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace DurableQueue.Worker;

/// <summary>Describes a handler that is a class with one of the handler interfaces.</summary>
internal static class ClassHandler
{
    /// <exception cref="ArgumentException">The class implements no handler interface without a payload, or more than one.</exception>
    [RequiresDynamicCode(HandlerReflection.FindsResult)]
    public static HandlerDescriptor Describe<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.Interfaces)] THandler>(string type)
        where THandler : class
    {
        var results = typeof(THandler).GetInterfaces()
            .Where(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(ITaskHandlerWithResult<>))
            .Select(face => face.GetGenericArguments()[0])
            .ToArray();
        var withoutResult = typeof(ITaskHandler).IsAssignableFrom(typeof(THandler));
        return (withoutResult, results.Length) switch
        {
            (true, 0) => HandlerDescriptor.Create(
                type, call => ((ITaskHandler)call.Services.GetRequiredService<THandler>()).HandleAsync(call.Context, call.CancellationToken)),
            (false, 1) => (HandlerDescriptor)typeof(ClassHandler)
                .GetMethod(nameof(DescribeResult), BindingFlags.Static | BindingFlags.NonPublic)!
                .MakeGenericMethod(results[0], typeof(THandler))
                .Invoke(null, [type])!,
            (false, 0) => throw new ArgumentException(
                $"{typeof(THandler)} implements neither ITaskHandler nor ITaskHandlerWithResult<TResult>. If it takes a payload, name the payload type: AddHandler<TPayload, THandler>."),
            _ => throw new ArgumentException($"{typeof(THandler)} implements several handler interfaces without a payload. Implement only one."),
        };
    }

    /// <exception cref="ArgumentException">The class implements no handler interface for the payload, or more than one.</exception>
    [RequiresDynamicCode(HandlerReflection.FindsResult)]
    public static HandlerDescriptor Describe<TPayload, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.Interfaces)] THandler>(string type)
        where THandler : class
    {
        var results = ResultsOf(typeof(THandler), typeof(TPayload)).ToArray();
        var withoutResult = typeof(ITaskHandler<TPayload>).IsAssignableFrom(typeof(THandler));
        return (withoutResult, results.Length) switch
        {
            (true, 0) => HandlerDescriptor.Create<TPayload>(type, HandleAsync<TPayload, THandler>),
            (false, 1) => (HandlerDescriptor)typeof(ClassHandler)
                .GetMethod(nameof(DescribeWithResult), BindingFlags.Static | BindingFlags.Public)!
                .MakeGenericMethod(typeof(TPayload), results[0], typeof(THandler))
                .Invoke(null, [type])!,
            (false, 0) => throw new ArgumentException(
                $"{typeof(THandler)} implements neither ITaskHandler<{typeof(TPayload).Name}> nor ITaskHandler<{typeof(TPayload).Name}, TResult>. "
                + "Register a handler without a payload with AddHandler<THandler>."),
            _ => throw new ArgumentException(
                $"{typeof(THandler)} implements several handler interfaces for {typeof(TPayload)}. Name the result type: AddHandler<TPayload, TResult, THandler>."),
        };
    }

    public static HandlerDescriptor DescribeWithResult<TPayload, TResult, THandler>(string type)
        where THandler : class, ITaskHandler<TPayload, TResult> =>
        HandlerDescriptor.CreateWithResult<TPayload, TResult>(
            type, (payload, call) => call.Services.GetRequiredService<THandler>().HandleAsync(payload, call.Context, call.CancellationToken));

    private static HandlerDescriptor DescribeResult<TResult, THandler>(string type)
        where THandler : class, ITaskHandlerWithResult<TResult> =>
        HandlerDescriptor.CreateWithResult<TResult>(
            type, call => call.Services.GetRequiredService<THandler>().HandleAsync(call.Context, call.CancellationToken));

    private static Task HandleAsync<TPayload, THandler>(TPayload payload, HandlerInvocation call)
        where THandler : class =>
        ((ITaskHandler<TPayload>)call.Services.GetRequiredService<THandler>()).HandleAsync(payload, call.Context, call.CancellationToken);

    /// <summary>The result types of the interfaces that accept the payload. A handler of a base type accepts it too.</summary>
    [RequiresDynamicCode(HandlerReflection.FindsResult)]
    private static IEnumerable<Type> ResultsOf(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.Interfaces)] Type handler, Type payload) => handler.GetInterfaces()
        .Where(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(ITaskHandler<,>))
        .Select(face => face.GetGenericArguments()[1])
        .Where(result => typeof(ITaskHandler<,>).MakeGenericType(payload, result).IsAssignableFrom(handler))
        .Distinct();
}
