using DurableQueue.Queueing;
using Microsoft.Extensions.Options;

namespace DurableQueue.Hosting;

internal sealed class WorkerOptionsValidator : IValidateOptions<WorkerOptions>
{
    private const int MaxConcurrency = Limits.BatchSize;
    private static readonly TimeSpan MaxGrace = TimeSpan.FromHours(1);
    private static readonly TimeSpan MaxShutdown = TimeSpan.FromHours(24);

    public ValidateOptionsResult Validate(string? name, WorkerOptions options)
    {
        var failures = new OptionFailures(name);
        failures.Test(() => CheckName(options.Name));
        failures.Test(() => Check.Between(options.Concurrency, 1, MaxConcurrency, nameof(options.Concurrency)));
        failures.Test(() => Check.Between(options.LeaseDuration, Limits.MinLease, Limits.MaxLease, nameof(options.LeaseDuration)));
        failures.Test(() => Check.Between(options.ShutdownTimeout, TimeSpan.Zero, MaxShutdown, nameof(options.ShutdownTimeout)));
        failures.Test(() => Check.Between(options.CancelGrace, TimeSpan.Zero, MaxGrace, nameof(options.CancelGrace)));
        CheckGroups(options.Groups, failures);
        return failures.Result;
    }

    private static void CheckName(string? name)
    {
        if (name is not null)
        {
            Check.Text(name, nameof(WorkerOptions.Name), Limits.WorkerLength, 1);
        }
    }

    private static void CheckGroups(IReadOnlyList<string>? groups, OptionFailures failures)
    {
        if (groups is { Count: 0 })
        {
            failures.Test(() => throw new ArgumentException("Groups is empty: leave it null to take tasks from all groups."));
        }

        for (var i = 0; i < groups?.Count; i++)
        {
            var place = $"Groups[{i}]";
            var group = groups[i];
            failures.Test(() => Check.Name(group, place));
        }
    }
}
