using DurableQueue.Queueing;

namespace DurableQueue.Hosting;

/// <summary>What a host accepts as its retention.</summary>
internal static class RetentionChecks
{
    /// <summary>A caller that waits for a task must still find its result.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    public static IEnumerable<string> Failures(RetentionPolicy policy, string name)
    {
        var failures = new OptionFailures(name);
        if (!policy.NamedTimes.Any())
        {
            failures.AddRange(["It keeps everything for good: set a time, as with RetentionPolicy.KeepFor(TimeSpan.FromDays(30))."]);
        }

        foreach (var (what, keep) in policy.NamedTimes)
        {
            failures.Test(() => Check.Between(keep, Shortest, Longest, what));
        }

        if (policy.Groups is { Count: 0 })
        {
            failures.AddRange(["Groups is empty: leave it null to keep the tasks of all groups so."]);
        }

        for (var i = 0; i < policy.Groups?.Count; i++)
        {
            var (place, group) = ($"Groups[{i}]", policy.Groups[i]);
            failures.Test(() => Check.Name(group, place));
        }

        return failures.Result.Failures ?? [];
    }
}
