using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace DurableQueue.Worker;

/// <summary>Makes a handler of any function: looks at its parameters once and compiles the call, so that an attempt costs no reflection.</summary>
internal static class DelegateHandler
{
    private static readonly MethodInfo CreateMethod = typeof(HandlerDescriptor).GetMethod(nameof(HandlerDescriptor.Create))!;
    private static readonly MethodInfo CreateWithResultMethod = typeof(HandlerDescriptor).GetMethod(nameof(HandlerDescriptor.CreateWithResult))!;

    /// <exception cref="ArgumentException">The function has no parameter that can be the payload, or more than one.</exception>
    public static HandlerDescriptor Describe(string type, Delegate handler, IServiceProviderIsService services)
    {
        var parameters = ParametersOf(handler);
        var payload = Expression.Parameter(FindPayload(parameters, services).ParameterType, "payload");
        var call = Expression.Parameter(typeof(Invocation), "call");
        var arguments = parameters.Select(parameter => Injection.IsInjected(parameter, services) ? Argument(parameter, call) : payload);
        var body = AsTask(Expression.Invoke(Expression.Constant(handler), arguments));
        var handle = Expression.Lambda(body, payload, call).Compile();
        var create = body.Type.IsGenericType
            ? CreateWithResultMethod.MakeGenericMethod(payload.Type, body.Type.GetGenericArguments()[0])
            : CreateMethod.MakeGenericMethod(payload.Type);
        return (HandlerDescriptor)create.Invoke(null, [type, handle])!;
    }

    /// <summary>Those of the call. A function that is bound to its first argument has one more itself.</summary>
    private static ParameterInfo[] ParametersOf(Delegate handler)
    {
        var count = handler.GetType().GetMethod(nameof(Action.Invoke))!.GetParameters().Length;
        var parameters = handler.Method.GetParameters()[^count..];
        return Array.Find(parameters, parameter => parameter.ParameterType.IsByRef) is { } byReference
            ? throw new ArgumentException($"The handler's parameter '{byReference.Name}' is passed by reference.")
            : parameters;
    }

    private static ParameterInfo FindPayload(ParameterInfo[] parameters, IServiceProviderIsService services)
    {
        var open = parameters.Where(parameter => !Injection.IsInjected(parameter, services)).ToArray();
        if (open.Length == 0)
        {
            throw new ArgumentException(
                "The handler has no payload: it needs one parameter that is no TaskContext, CancellationToken or registered service.");
        }

        if (open.Length > 1)
        {
            var names = string.Join(", ", open.Select(parameter => $"'{parameter.Name}' ({parameter.ParameterType})"));
            throw new ArgumentException(
                $"Only one of the handler's parameters can be the payload, but {names} are no registered services: register the others.");
        }

        return Injection.FindMissingKey(parameters, services) is { } missing ? throw new ArgumentException(missing) : open[0];
    }

    private static Expression Argument(ParameterInfo parameter, Expression call)
    {
        if (parameter.ParameterType == typeof(TaskContext))
        {
            return Expression.Property(call, nameof(Invocation.Context));
        }

        if (parameter.ParameterType == typeof(CancellationToken))
        {
            return Expression.Property(call, nameof(Invocation.CancellationToken));
        }

        var services = Expression.Property(call, nameof(Invocation.Services));
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

        if (returned == typeof(Task) || IsOf(returned, typeof(Task<>)))
        {
            return call;
        }

        return returned == typeof(ValueTask) || IsOf(returned, typeof(ValueTask<>))
            ? Expression.Call(call, nameof(ValueTask.AsTask), null)
            : Expression.Call(typeof(Task), nameof(Task.FromResult), [returned], call);
    }

    private static bool IsOf(Type type, Type definition) => type.IsGenericType && type.GetGenericTypeDefinition() == definition;
}
