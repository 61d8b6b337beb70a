using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace DurableQueue.Worker;

/// <summary>Finds the parameters that come from the attempt or its services, and what is missing for them.</summary>
internal static class Injection
{
    public static bool IsInjected(ParameterInfo parameter, IServiceProviderIsService services) =>
        parameter.ParameterType == typeof(TaskContext)
        || parameter.ParameterType == typeof(CancellationToken)
        || parameter.IsDefined(typeof(FromKeyedServicesAttribute))
        || services.IsService(parameter.ParameterType);

    /// <returns>A message that names a keyed service that isn't registered; <see langword="null"/> if all are.</returns>
    public static string? FindMissingKey(IEnumerable<ParameterInfo> parameters, IServiceProviderIsService services) => parameters
        .Select(parameter => (Parameter: parameter, Attribute: parameter.GetCustomAttribute<FromKeyedServicesAttribute>()))
        .Where(keyed => keyed.Attribute is not null
            && services is IServiceProviderIsKeyedService known
            && !known.IsKeyedService(keyed.Parameter.ParameterType, keyed.Attribute.Key))
        .Select(keyed => $"The parameter '{keyed.Parameter.Name}' needs {keyed.Parameter.ParameterType} with the key '{keyed.Attribute!.Key}', which is not registered.")
        .FirstOrDefault();

    /// <returns>A message that says why the container can't create an instance; <see langword="null"/> if it can.</returns>
    public static string? FindMissing(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type type, IServiceProviderIsService services)
    {
        string? missing = null;
        foreach (var constructor in type.GetConstructors())
        {
            var parameters = constructor.GetParameters();
            var lacking = Array.Find(parameters, parameter => !IsAvailable(parameter, services));
            if (lacking is null && FindMissingKey(parameters.Where(parameter => !parameter.HasDefaultValue), services) is null)
            {
                return null;
            }

            missing = lacking is not null
                ? $"{type} needs {lacking.ParameterType} ('{lacking.Name}'), which is not registered."
                : FindMissingKey(parameters, services);
        }

        return missing ?? $"{type} has no public constructor.";
    }

    private static bool IsAvailable(ParameterInfo parameter, IServiceProviderIsService services) =>
        parameter.HasDefaultValue || parameter.IsDefined(typeof(FromKeyedServicesAttribute)) || services.IsService(parameter.ParameterType);
}
