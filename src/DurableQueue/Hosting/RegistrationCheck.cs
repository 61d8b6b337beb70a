using System.Diagnostics.CodeAnalysis;
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

    /// <returns>The checked handlers.</returns>
    /// <exception cref="OptionsValidationException">Something is wrong; it lists all of it.</exception>
    public IReadOnlyList<HandlerDescriptor> Describe()
    {
        var failures = registration.Mistakes
            .Concat(registration.Configuration.Failures())
            .Concat(StoreFailures())
            .Concat(HandlerFailures())
            .Concat(RouterFailures())
            .Concat(GateFailures())
            .Concat(RetentionFailures())
            .Concat(WorkerFailures())
            .ToArray();
        return failures.Length == 0 ? described : throw new OptionsValidationException(registration.Name, typeof(DurableQueueBuilder), failures);
    }

    /// <summary>Makes the declared schedules, once the handlers are known to be right.</summary>
    /// <exception cref="OptionsValidationException">Something is wrong with them; it lists all of it.</exception>
    public static IReadOnlyList<NewSchedule> Schedules(QueueRegistration registration, HandlerCatalog handlers, TimeProvider time)
    {
        var rules = new ScheduleRules(new NewTaskRules(int.MaxValue, time), time);
        var schedules = new List<NewSchedule>();
        var failures = new List<string>();
        foreach (var schedule in registration.Schedules)
        {
            var found = new OptionFailures(registration.Qualify($"schedule '{schedule.Name}'"));
            found.Test(() =>
            {
                schedules.Add(schedule.Create(handlers));
                rules.Check(schedules[^1]);
            });
            failures.AddRange(found.Result.Failures ?? []);
        }

        failures.AddRange(schedules.GroupBy(schedule => schedule.Name, StringComparer.Ordinal)
            .Where(name => name.Count() > 1)
            .Select(name => registration.Qualify($"schedule '{name.Key}': {name.Count()} schedules have this name; there can be one.")));
        return failures.Count == 0 ? schedules : throw new OptionsValidationException(registration.Name, typeof(DurableQueueBuilder), failures);
    }

    private IEnumerable<string> StoreFailures() => registration.EffectiveStores switch
    {
        [] => [registration.Qualify($"No store is named: {registration.ConfiguredStore.HowToName}.")],
        [var store] => store.Failures(provider),
        var stores => [registration.Qualify($"{stores.Count} stores are named; there can be one.")],
    };

    private IEnumerable<string> HandlerFailures()
    {
        // Whatever resolver the options lack is the one that they would get at their first use.
        ContractJson.Complete(registration.Json);
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
                failures.AddRange(new PayloadVersions(descriptor, handlers.Get(name)).Failures());
            }
        }

        return (failures.Result.Failures ?? []).Concat(settings);
    }

    /// <summary>A process that only enqueues need not be able to make its handlers.</summary>
    private IEnumerable<string> MissingService(HandlerRegistration handler) =>
        registration.Workers.Count > 0 && handler.HandlerClass is { } type && Injection.FindMissing(type, services) is { } missing ? [missing] : [];

    private IEnumerable<string> JsonFailures(HandlerDescriptor handler)
    {
        if (handler.HasOwnJson)
        {
            yield break;
        }

        if (handler.PayloadType is { } payload && !handler.TakesBytes && JsonContract.FindFlaw(payload, isRead: true, registration.Json) is { } unreadable)
        {
            yield return $"The payload {payload} is not serialisable: {unreadable}";
        }

        if (handler.ResultType is { } result && result != typeof(ReadOnlyMemory<byte>)
            && JsonContract.FindFlaw(result, isRead: false, registration.Json) is { } flaw)
        {
            yield return $"The result {result} is not serialisable: {flaw}";
        }
    }

    private IEnumerable<string> RouterFailures()
    {
        if (registration.Routers.Count > 1)
        {
            return [registration.Qualify($"{registration.Routers.Count} routers are registered; there can be one.")];
        }

        var failures = new OptionFailures(registration.Qualify("router"));
        foreach (var options in registration.Routers.Select(router => router.Options))
        {
            failures.Test(() => Check.Between(options.Timeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1), nameof(options.Timeout)));
            foreach (var type in options.Candidates.Select(candidate => candidate.Type).Concat(options.DefaultType is { } fallback ? [fallback] : []))
            {
                failures.Test(() => Check.Name(type, nameof(RouteCandidate.Type)));
            }

            if (options.DefaultType == NewTask.AutoType || registration.Handlers.Exists(handler => handler.Type == NewTask.AutoType))
            {
                failures.AddRange([$"Tasks of the type '{NewTask.AutoType}' are routed: it can have no handler, and be no default."]);
            }
        }

        return failures.Result.Failures ?? [];
    }

    private IEnumerable<string> GateFailures()
    {
        var failures = new OptionFailures(registration.Qualify("gate"));
        registration.Gates.ForEach(gate => failures.Test(() => ApprovalChecks.Gate(gate)));
        failures.AddRange(registration.Gates.GroupBy(gate => gate.Name, StringComparer.Ordinal)
            .Where(name => name.Count() > 1)
            .Select(name => $"{name.Count()} gates are called '{name.Key}'; each needs a name of its own."));
        return failures.Result.Failures ?? [];
    }

    private IEnumerable<string> RetentionFailures() =>
        registration.EffectiveRetention.SelectMany(policy => RetentionChecks.Failures(policy, registration.Qualify("retention")));

    private IEnumerable<string> WorkerFailures()
    {
        var failures = registration.Workers.Select(worker => worker.OptionsName).Distinct().SelectMany(name => FailuresOf(workers, name)).ToList();
        if (registration.Workers.Count > 0 && registration.Handlers.Count == 0 && registration.Routers.Count == 0 && registration.Mistakes.Count == 0)
        {
            failures.Add(registration.Qualify("A worker is registered but no handler: call AddHandler."));
        }

        return failures.Count > 0 ? failures : SharedNames();
    }

    private IEnumerable<string> SharedNames() => registration.Workers
        .GroupBy(worker => workers.Get(worker.OptionsName).Name, StringComparer.Ordinal)
        .Where(name => name.Key is not null && name.Count() > 1)
        .Select(name => registration.Qualify($"{name.Count()} workers are called '{name.Key}'; each needs a name of its own."));

    private static IEnumerable<string> FailuresOf<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        IOptionsMonitor<TOptions> options, string name)
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
