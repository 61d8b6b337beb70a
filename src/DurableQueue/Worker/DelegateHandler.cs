using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;

namespace DurableQueue.Worker;

/// <summary>Describes a handler that is a function. Its parameters are inspected once and the call is compiled, so attempts need no reflection.</summary>
[RequiresDynamicCode(HandlerReflection.CompilesCall)]
[RequiresUnreferencedCode(HandlerReflection.CompilesCall)]
internal static class DelegateHandler
{
    /// <exception cref="ArgumentException">It is unclear which parameter is the payload, or nothing would await the function.</exception>
    public static HandlerDescriptor Describe(string type, Delegate handler, IServiceProviderIsService services)
    {
        RefuseLostEnds(handler);
        var parameters = ParametersOf(handler);
        var payload = FindPayload(parameters, services) is { } found ? Expression.Parameter(found.ParameterType, "payload") : null;
        var call = Expression.Parameter(typeof(HandlerInvocation), "call");
        var arguments = parameters.Select(parameter => Injection.IsInjected(parameter, services) ? Argument(parameter, call) : payload!);
        var body = AsTask(Expression.Invoke(Expression.Constant(handler), arguments));
        ParameterExpression[] taken = payload is null ? [call] : [payload, call];
        var handle = Expression.Lambda(body, taken).Compile();
        Type[] types = [.. payload is null ? Type.EmptyTypes : [payload.Type], .. body.Type.GetGenericArguments()];
        var create = CreateMethod(body.Type.IsGenericType ? nameof(HandlerDescriptor.CreateWithResult) : nameof(HandlerDescriptor.Create), types.Length, handle.GetType());
        return (HandlerDescriptor)(types.Length == 0 ? create : create.MakeGenericMethod(types)).Invoke(null, [type, handle])!;
    }

    private static MethodInfo CreateMethod(string name, int types, Type handle) => typeof(HandlerDescriptor)
        .GetMethods(BindingFlags.Static | BindingFlags.Public)
        .Single(method => method.Name == name && method.GetGenericArguments().Length == types
            && method.GetParameters()[1].ParameterType.GetGenericArguments().Length == handle.GetGenericArguments().Length);

    /// <summary>Refuses functions that nothing would await: the attempt would end before them, and what they throw later would end the process.</summary>
    private static void RefuseLostEnds(Delegate handler)
    {
        for (var function = handler; function is not null; function = function.Target as Delegate)
        {
            if (function.GetInvocationList().Length > 1)
            {
                throw new ArgumentException("The handler is a delegate with several functions, and only the last one would be awaited. Register one function.");
            }

            if (function.Method.ReturnType == typeof(void) && function.Method.IsDefined(typeof(AsyncStateMachineAttribute), inherit: false))
            {
                throw new ArgumentException("The handler is 'async void', so nothing can await it. Let it return Task.");
            }
        }
    }

    /// <summary>The parameters of the call. A function that is bound to its first argument declares one more.</summary>
    private static ParameterInfo[] ParametersOf(Delegate handler)
    {
        var invoke = handler.GetType().GetMethod(nameof(Action.Invoke))!;
        if (IsReference(invoke.ReturnType))
        {
            throw new ArgumentException($"The handler returns {invoke.ReturnType}, which cannot be stored. Return the value.");
        }

        var parameters = handler.Method.GetParameters()[^invoke.GetParameters().Length..];
        return Array.Find(parameters, parameter => IsReference(parameter.ParameterType)) is { } reference
            ? throw new ArgumentException($"The handler's parameter '{reference.Name}' is passed by reference, or is a ref struct or a pointer. To get the bytes, take ReadOnlyMemory<byte>.")
            : parameters;
    }

    private static bool IsReference(Type type) => type.IsByRef || type.IsByRefLike || type.IsPointer || type.IsFunctionPointer;

    /// <returns><see langword="null"/> if the function takes no payload.</returns>
    private static ParameterInfo? FindPayload(ParameterInfo[] parameters, IServiceProviderIsService services)
    {
        var open = parameters.Where(parameter => !Injection.IsInjected(parameter, services)).ToArray();
        if (open.Length > 1)
        {
            var names = string.Join(", ", open.Select(parameter => $"'{parameter.Name}' ({parameter.ParameterType})"));
            throw new ArgumentException(
                $"Only one of the handler's parameters can be the payload, but {names} are not registered services. Register all but one.");
        }

        if (Array.Find(parameters, parameter => PayloadAttributes.Find(parameter.ParameterType) is not null && !open.Contains(parameter)) is { } taken)
        {
            throw new ArgumentException(
                $"The handler's parameter '{taken.Name}' ({taken.ParameterType}) is a payload type by its [TaskType] and also a registered service, so the payload would not be read.");
        }

        return Injection.FindMissingKey(parameters, services) is { } missing ? throw new ArgumentException(missing) : open.FirstOrDefault();
    }

    private static Expression Argument(ParameterInfo parameter, Expression call)
    {
        if (parameter.ParameterType == typeof(TaskContext))
        {
            return Expression.Property(call, nameof(HandlerInvocation.Context));
        }

        if (parameter.ParameterType == typeof(CancellationToken))
        {
            return Expression.Property(call, nameof(HandlerInvocation.CancellationToken));
        }

        var services = Expression.Property(call, nameof(HandlerInvocation.Services));
        return parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed
            ? Expression.Call(
                typeof(ServiceProviderKeyedServiceExtensions),
                nameof(ServiceProviderKeyedServiceExtensions.GetRequiredKeyedService),
                [parameter.ParameterType],
                services,
                Expression.Constant(keyed.Key, typeof(object)))
            : Expression.Call(
                typeof(ServiceProviderServiceExtensions),
                nameof(ServiceProviderServiceExtensions.GetRequiredService),
                [parameter.ParameterType],
                services);
    }

    /// <summary>Converts whatever the function returns to a task.</summary>
    private static Expression AsTask(Expression call)
    {
        var returned = call.Type;
        if (returned == typeof(void))
        {
            return Expression.Block(call, Expression.Constant(Task.CompletedTask, typeof(Task)));
        }

        Expression? task = returned == typeof(ValueTask) || IsOf(returned, typeof(ValueTask<>))
            ? Expression.Call(call, nameof(ValueTask.AsTask), null)
            : typeof(Task).IsAssignableFrom(returned) ? Expression.Convert(call, TaskOf(returned)) : null;
        var result = task is null ? returned : task.Type.GetGenericArguments().FirstOrDefault();
        return result is not null && !typeof(Task).IsAssignableFrom(result) && result.GetMethod(nameof(Task.GetAwaiter), Type.EmptyTypes) is not null
            ? throw new ArgumentException($"The handler returns {returned}, but nothing awaits {result}. Await it in the handler, or return Task.")
            : task ?? Expression.Call(typeof(Task), nameof(Task.FromResult), [returned], call);
    }

    /// <summary>Finds Task or Task&lt;T&gt; among the base types: a class of the application may derive from them.</summary>
    private static Type TaskOf(Type type)
    {
        while (type != typeof(Task) && !IsOf(type, typeof(Task<>)))
        {
            type = type.BaseType!;
        }

        return type;
    }

    private static bool IsOf(Type type, Type definition) => type.IsGenericType && type.GetGenericTypeDefinition() == definition;
}
