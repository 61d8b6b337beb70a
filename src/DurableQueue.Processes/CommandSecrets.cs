using System.IO.Enumeration;

namespace DurableQueue.Processes;

/// <summary>Tells by their names which environment variables hold secrets.</summary>
/// <param name="patterns"><c>*</c> stands for any characters; upper and lower case are the same.</param>
public sealed class CommandSecrets(IReadOnlyList<string> patterns)
{
    /// <summary>What is shown in place of a secret.</summary>
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

    /// <summary>The variables with <see cref="Mask"/> for each secret, in the order of their names.</summary>
    public IReadOnlyDictionary<string, string> Hide(IReadOnlyDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return new SortedDictionary<string, string>(
            environment.ToDictionary(pair => pair.Key, pair => IsSecret(pair.Key) ? Mask : pair.Value), StringComparer.Ordinal);
    }
}
