using DurableQueue.Queueing;
using DurableQueue.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DurableQueue.Hosting;

/// <summary>Finds everything that is wrong with a queue's registration, so that one message can say it all.</summary>
internal sealed class RegistrationCheck(
    QueueRegistration registration,
    IServiceProvider provider,
    IServiceProviderIsService services,
    IOptionsMonitor<WorkerOptions> workers,
    IOptionsMonitor<HandlerOptions> handlers)
{
    private readonly List<HandlerDescriptor> described = [];

    /// <returns>The handlers, looked at.</returns>
    /// <exception cref="OptionsValidationException">Something is wrong; it lists all of it.</exception>
    public IReadOnlyList<HandlerDescriptor> Describe()
    {
        var failures = registration.Mistakes
            .Concat(registration.Configuration.Failures())
            .Concat(StoreFailures())
            .Concat(HandlerFailures())
            .Concat(WorkerFailures())
            .ToArray();
        return failures.Length == 0 ? described : throw new OptionsValidationException(registration.Name, typeof(DurableQueueBuilder), failures);
    }

    private IEnumerable<string> StoreFailures() => registration.EffectiveStores switch
    {
        [] => [registration.Qualify("No store is named: call UseSqlite(path).")],
        [var store] => store.Check(provider),
        var stores => [registration.Qualify($"{stores.Count} stores are named: call UseSqlite(path) once.")],
    };

    private IEnumerable<string> HandlerFailures()
    {
        // Whatever resolver the options lack is the one that they would get at their first use.
        registration.Json.MakeReadOnly(populateMissingResolver: true);
        return registration.Handlers
            .GroupBy(handler => handler.Type, StringComparer.Ordinal)
            .SelectMany(type => type.Count() == 1
                ? HandlerFailures(type.First())
                : [$"{registration.OptionsOf(type.Key)}: {type.Count()} handlers are registered for this type; there can be one."]);
    }

    private IEnumerable<string> HandlerFailures(HandlerRegistration handler)
    {
        var name = registration.OptionsOf(handler.Type);
        var failures = new OptionFailures(name);
        failures.Test(() => Check.Name(handler.Type, nameof(NewTask.Type)));
        HandlerDescriptor? descriptor = null;
        failures.Test(() => descriptor = handler.Describe(services));
        var settings = FailuresOf(handlers, name).ToArray();
        failures.AddRange(MissingService(handler));
        if (descriptor is not null)
        {
            described.Add(descriptor);
            failures.AddRange(JsonFailures(descriptor));
            if (settings.Length == 0)
            {
                failures.AddRange(new PayloadVersions(descriptor.PayloadType, handlers.Get(name)).Failures(descriptor.PayloadType));
            }
        }

        return (failures.Result.Failures ?? []).Concat(settings);
    }

    /// <summary>A process that only enqueues need not be able to make its handlers.</summary>
    private IEnumerable<string> MissingService(HandlerRegistration handler) =>
        registration.Workers.Count > 0 && handler.HandlerClass is { } type && Injection.FindMissing(type, services) is { } missing ? [missing] : [];

    private IEnumerable<string> JsonFailures(HandlerDescriptor handler)
    {
        if (JsonContract.FindFlaw(handler.PayloadType, isRead: true, registration.Json) is { } payload)
        {
            yield return $"The payload {handler.PayloadType} is not serialisable: {payload}";
        }

        if (handler.ResultType is { } result && JsonContract.FindFlaw(result, isRead: false, registration.Json) is { } flaw)
        {
            yield return $"The result {result} is not serialisable: {flaw}";
        }
    }

    private IEnumerable<string> WorkerFailures()
    {
        var failures = registration.Workers.Select(worker => worker.OptionsName).Distinct().SelectMany(name => FailuresOf(workers, name)).ToList();
        if (registration.Workers.Count > 0 && registration.Handlers.Count == 0 && registration.Mistakes.Count == 0)
        {
            failures.Add(registration.Qualify("A worker is registered but no handler: call AddHandler."));
        }

        return failures.Count > 0 ? failures : SharedNames();
    }

    private IEnumerable<string> SharedNames() => registration.Workers
        .GroupBy(worker => workers.Get(worker.OptionsName).Name, StringComparer.Ordinal)
        .Where(name => name.Key is not null && name.Count() > 1)
        .Select(name => registration.Qualify($"{name.Count()} workers are called '{name.Key}'; each needs a name of its own."));

    private static IEnumerable<string> FailuresOf<TOptions>(IOptionsMonitor<TOptions> options, string name)
    {
        try
        {
            options.Get(name);
            return [];
        }
        catch (OptionsValidationException error)
        {
            return error.Failures;
        }
    }
}
