using System.Text.RegularExpressions;

namespace DurableQueue;

/// <summary>
/// Chooses the type of a task by rules about its metadata and description. The first rule that matches decides. If matching a pattern takes too long,
/// the router fails.
/// </summary>
public sealed class RuleBasedRouter : ITaskRouter
{
    /// <summary>The default time limit for matching one pattern: 250 ms.</summary>
    public static readonly TimeSpan DefaultMatchTimeout = TimeSpan.FromMilliseconds(250);

    private readonly (RoutingRule Rule, Regex? Pattern)[] rules;

    /// <summary>Creates a router.</summary>
    /// <param name="rules">The rules, in the order in which they are tried. A rule without conditions matches every task: put it last.</param>
    /// <param name="matchTimeout">The time limit for matching one pattern, in real time. The default is <see cref="DefaultMatchTimeout"/>.</param>
    /// <exception cref="ArgumentException">A pattern is not a valid regular expression, or a rule has a metadata value without a key.</exception>
    public RuleBasedRouter(IEnumerable<RoutingRule> rules, TimeSpan? matchTimeout = null)
    {
        ArgumentNullException.ThrowIfNull(rules);
        this.rules = [.. rules.Select(rule => (rule, CompileOf(rule, matchTimeout ?? DefaultMatchTimeout)))];
    }

    /// <inheritdoc />
    public ValueTask<RouteDecision?> RouteAsync(RoutingRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        foreach (var (rule, pattern) in rules)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (FitsMetadata(rule, request.Metadata) && pattern?.IsMatch(request.Description) != false)
            {
                return ValueTask.FromResult<RouteDecision?>(new RouteDecision(rule.Type, rule.Reason ?? Describe(rule)));
            }
        }

        return ValueTask.FromResult<RouteDecision?>(null);
    }

    private static Regex? CompileOf(RoutingRule rule, TimeSpan matchTimeout)
    {
        ArgumentNullException.ThrowIfNull(rule, "rules");
        if (rule.MetadataValue is not null && rule.MetadataKey is null)
        {
            throw new ArgumentException($"The rule for '{rule.Type}' has a MetadataValue but no MetadataKey.", "rules");
        }

        return rule.Pattern is null ? null : new Regex(rule.Pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeout);
    }

    private static bool FitsMetadata(RoutingRule rule, IReadOnlyDictionary<string, string> metadata) =>
        rule.MetadataKey is null
        || (metadata.TryGetValue(rule.MetadataKey, out var value) && (rule.MetadataValue is null || value == rule.MetadataValue));

    private static string Describe(RoutingRule rule)
    {
        var conditions = new List<string>(2);
        if (rule.MetadataKey is not null)
        {
            conditions.Add(rule.MetadataValue is null ? $"metadata '{rule.MetadataKey}' exists" : $"metadata '{rule.MetadataKey}' is '{rule.MetadataValue}'");
        }

        if (rule.Pattern is not null)
        {
            conditions.Add($"the description matches '{rule.Pattern}'");
        }

        return conditions.Count == 0 ? "No other rule matches." : $"Rule: {string.Join(" and ", conditions)}.";
    }
}
