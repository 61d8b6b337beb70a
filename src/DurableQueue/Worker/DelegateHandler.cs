using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;

namespace DurableQueue.Worker;

/// <summary>Makes a handler of any function: looks at its parameters once and compiles the call, so that an attempt costs no reflection.</summary>
[RequiresDynamicCode(HandlerReflection.CompilesCall)]
[RequiresUnreferencedCode(HandlerReflection.CompilesCall)]
internal static class DelegateHandler
{
    /// <exception cref="ArgumentException">The function's parameters leave the payload unclear, or nothing would await its end.</exception>
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

    /// <summary>An attempt must not end before the function has: it counts as done, and what is thrown later ends the process.</summary>
    private static void RefuseLostEnds(Delegate handler)
    {
        for (var function = handler; function is not null; function = function.Target as Delegate)
        {
            if (function.GetInvocationList().Length > 1)
            {
                throw new ArgumentException("The handler is several functions in one delegate, and only the last one's end would be awaited: give one function.");
            }

            if (function.Method.ReturnType == typeof(void) && function.Method.IsDefined(typeof(AsyncStateMachineAttribute), inherit: false))
            {
                throw new ArgumentException("The handler is 'async void': nothing awaits its end. Let it return Task.");
            }
        }
    }

    /// <summary>Those of the call. A function that is bound to its first argument has one more itself.</summary>
    private static ParameterInfo[] ParametersOf(Delegate handler)
    {
        var invoke = handler.GetType().GetMethod(nameof(Action.Invoke))!;
        if (IsReference(invoke.ReturnType))
        {
            throw new ArgumentException($"The handler returns {invoke.ReturnType}, which cannot be kept: return the value.");
        }

        var parameters = handler.Method.GetParameters()[^invoke.GetParameters().Length..];
        return Array.Find(parameters, parameter => IsReference(parameter.ParameterType)) is { } reference
            ? throw new ArgumentException($"The handler's parameter '{reference.Name}' is passed by reference, or is a ref struct or a pointer. For the bytes take ReadOnlyMemory<byte>.")
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
                $"Only one of the handler's parameters can be the payload, but {names} are no registered services: register the others.");
        }

        if (Array.Find(parameters, parameter => PayloadAttributes.Find(parameter.ParameterType) is not null && !open.Contains(parameter)) is { } taken)
        {
            throw new ArgumentException(
                $"The handler's parameter '{taken.Name}' ({taken.ParameterType}) is a payload by its [TaskType] and also a registered service: the payload would not be read.");
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

    /// <summary>Whatever the function returns, as a task.</summary>
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
            ? throw new ArgumentException($"The handler returns {returned}, and nothing awaits {result}. Await it in the handler, or return Task.")
            : task ?? Expression.Call(typeof(Task), nameof(Task.FromResult), [returned], call);
    }

    /// <summary>A class of the application may derive from Task.</summary>
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
