using DurableQueue.Queueing;
using DurableQueue.Worker;
using Microsoft.Extensions.Options;

namespace DurableQueue.Hosting;

/// <summary>Finds everything that is wrong with a queue's registration, so that one message can say it all.</summary>
internal sealed class RegistrationCheck(
    QueueRegistration registration, IOptionsMonitor<WorkerOptions> workers, IOptionsMonitor<HandlerOptions> handlers)
{
    /// <exception cref="OptionsValidationException">Something is wrong; it lists all of it.</exception>
    public void ThrowIfWrong()
    {
        var failures = StoreFailures().Concat(HandlerFailures()).Concat(WorkerFailures()).ToArray();
        if (failures.Length > 0)
        {
            throw new OptionsValidationException(registration.Name, typeof(DurableQueueBuilder), failures);
        }
    }

    private IEnumerable<string> StoreFailures() => registration.Stores.Count switch
    {
        0 => ["No store is named: call UseSqlite(path)."],
        1 => [],
        var count => [$"{count} stores are named: call UseSqlite(path) once."],
    };

    private IEnumerable<string> HandlerFailures() => registration.Handlers
        .GroupBy(handler => handler.Type, StringComparer.Ordinal)
        .SelectMany(type => type.Count() == 1
            ? NameFailures(type.First()).Concat(FailuresOf(handlers, registration.OptionsOf(type.First())))
            : [$"{registration.OptionsOf(type.First())}: {type.Count()} handlers are registered for this type; there can be one."]);

    private IEnumerable<string> NameFailures(HandlerDescriptor handler)
    {
        var failures = new OptionFailures(registration.OptionsOf(handler));
        failures.Test(() => Check.Name(handler.Type, nameof(NewTask.Type)));
        return failures.Result.Failures ?? [];
    }

    private IEnumerable<string> WorkerFailures()
    {
        var failures = registration.Workers.SelectMany(name => FailuresOf(workers, name)).ToList();
        if (registration.Workers.Count > 0 && registration.Handlers.Count == 0)
        {
            failures.Add("A worker is registered but no handler: call AddHandler.");
        }

        return failures.Count > 0 ? failures : SharedNames();
    }

    private IEnumerable<string> SharedNames() => registration.Workers
        .GroupBy(name => workers.Get(name).Name, StringComparer.Ordinal)
        .Where(name => name.Key is not null && name.Count() > 1)
        .Select(name => $"{name.Count()} workers are called '{name.Key}'; each needs a name of its own.");

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
