using System.Text.RegularExpressions;

namespace DurableQueue;

/// <summary>
/// Routes by rules over metadata and description: the first rule that fits chooses. Patterns ignore case, and each match is bounded in time: one that
/// takes longer fails the try.
/// </summary>
public sealed class RuleBasedRouter : ITaskRouter
{
    /// <summary>How long one match may take unless said otherwise.</summary>
    public static readonly TimeSpan DefaultMatchTimeout = TimeSpan.FromMilliseconds(250);

    private readonly (RoutingRule Rule, Regex? Pattern)[] rules;

    /// <summary>Takes the rules, in the order in which they are tried.</summary>
    /// <param name="rules">A rule without conditions fits every task: put it last.</param>
    /// <param name="matchTimeout">Of one pattern; default <see cref="DefaultMatchTimeout"/>. Real time.</param>
    /// <exception cref="ArgumentException">A pattern is no regular expression, or a value is named without its key.</exception>
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
            throw new ArgumentException($"The rule for '{rule.Type}' names a MetadataValue without its MetadataKey.", "rules");
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
            conditions.Add(rule.MetadataValue is null ? $"metadata '{rule.MetadataKey}' is there" : $"metadata '{rule.MetadataKey}' is '{rule.MetadataValue}'");
        }

        if (rule.Pattern is not null)
        {
            conditions.Add($"the description matches '{rule.Pattern}'");
        }

        return conditions.Count == 0 ? "No other rule fits." : $"Rule: {string.Join(" and ", conditions)}.";
    }
}
