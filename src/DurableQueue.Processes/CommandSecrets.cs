using System.IO.Enumeration;

namespace DurableQueue.Processes;

/// <summary>Recognizes environment variables with secret values by their names.</summary>
/// <param name="patterns">Patterns of names. <c>*</c> matches any characters; case is ignored.</param>
public sealed class CommandSecrets(IReadOnlyList<string> patterns)
{
    /// <summary>The text that is shown instead of a secret.</summary>
    public const string Mask = "***";

    /// <summary>
    /// <c>*SECRET*</c>, <c>*TOKEN*</c>, <c>*PASSWORD*</c>, <c>*PASSWD*</c>, <c>*CREDENTIAL*</c>, <c>*API_KEY*</c>, <c>*APIKEY*</c>,
    /// <c>*PRIVATE_KEY*</c>, <c>*ACCESS_KEY*</c>, <c>*CONNECTION_STRING*</c>.
    /// </summary>
    public static IReadOnlyList<string> DefaultPatterns { get; } =
    [
        "*SECRET*", "*TOKEN*", "*PASSWORD*", "*PASSWD*", "*CREDENTIAL*", "*API_KEY*", "*APIKEY*", "*PRIVATE_KEY*", "*ACCESS_KEY*", "*CONNECTION_STRING*",
    ];

    /// <summary>Whether the value of this variable is a secret.</summary>
    public bool IsSecret(string name) => patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: true));

    /// <summary>Returns the variables ordered by name, with <see cref="Mask"/> for each secret.</summary>
    public IReadOnlyDictionary<string, string> Hide(IReadOnlyDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return new SortedDictionary<string, string>(
            environment.ToDictionary(pair => pair.Key, pair => IsSecret(pair.Key) ? Mask : pair.Value), StringComparer.Ordinal);
    }
}
