using System.Buffers;

namespace DurableQueue.Queueing;

/// <summary>Validates single values. Every message names the argument, the rule and the value.</summary>
internal static class Check
{
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:/-");

    /// <summary>Validates a type or group name.</summary>
    public static string Name(string? value, string argument)
    {
        ArgumentNullException.ThrowIfNull(value, argument);
        if (value.Length is 0 or > Limits.NameLength)
        {
            throw new ArgumentException($"{argument} must have 1 to {Limits.NameLength} characters; it has {value.Length}.", argument);
        }

        var bad = value.AsSpan().IndexOfAnyExcept(NameCharacters);
        if (bad >= 0)
        {
            throw new ArgumentException(
                $"{argument} can only contain letters, digits and . _ : / - ; it has U+{(int)value[bad]:X4} at position {bad}.", argument);
        }

        return value;
    }

    /// <summary>Validates a pattern of commands. Stars alone would not be a condition.</summary>
    public static void CommandPattern(string? pattern, string argument)
    {
        Text(pattern, argument, Limits.CommandPatternLength, pattern is null ? 0 : 1);
        if (pattern?.Trim(DurableQueue.CommandPattern.Any).Length == 0)
        {
            throw new ArgumentException($"{argument} must have a character besides {DurableQueue.CommandPattern.Any}.", argument);
        }
    }

    /// <summary>Validates text on one line: without control characters, NUL or lone surrogates.</summary>
    public static string? Text(string? value, string argument, int maxLength, int minLength = 0)
    {
        if (value is null)
        {
            return minLength == 0 ? null : throw new ArgumentNullException(argument);
        }

        Length(value, argument, maxLength, minLength);
        for (var i = 0; i < value.Length; i++)
        {
            if (char.IsControl(value[i]))
            {
                throw new ArgumentException($"{argument} must not contain control characters; it has U+{(int)value[i]:X4} at position {i}.", argument);
            }

            i += SurrogateWidth(value, i, argument);
        }

        return value;
    }

    /// <summary>Validates text that may have several lines: without NUL or lone surrogates.</summary>
    public static string? Note(string? value, string argument, int maxLength, int minLength = 0)
    {
        if (value is null)
        {
            return minLength == 0 ? null : throw new ArgumentNullException(argument);
        }

        Length(value, argument, maxLength, minLength);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\0')
            {
                throw new ArgumentException($"{argument} must not contain U+0000; it has one at position {i}.", argument);
            }

            i += SurrogateWidth(value, i, argument);
        }

        return value;
    }

    /// <summary>Makes an error of user code storable: it is truncated and cleaned, but never refused.</summary>
    public static string Error(string? value)
    {
        ArgumentNullException.ThrowIfNull(value, "error");
        return Cut(value, Limits.ErrorLength);
    }

    /// <summary>Makes a text for people storable: it is truncated and cleaned, but never refused.</summary>
    public static string Cut(string value, int maxLength)
    {
        const string cut = " … (cut)";
        var text = value.Length <= maxLength ? value : string.Concat(value.AsSpan(0, maxLength - cut.Length), cut);
        return text.Contains('\0', StringComparison.Ordinal) ? text.Replace('\0', '\uFFFD') : text;
    }

    /// <summary>Makes the reason of a router storable, like <see cref="Error"/>.</summary>
    public static string? Reason(string? value) => value is null ? null : Cut(value, Limits.NoteLength);

    public static TimeSpan Between(TimeSpan value, TimeSpan min, TimeSpan max, string argument) =>
        value >= min && value <= max
            ? value
            : throw new ArgumentOutOfRangeException(argument, value, $"{argument} must be between {min} and {max}.");

    public static int Between(int value, int min, int max, string argument) =>
        value >= min && value <= max
            ? value
            : throw new ArgumentOutOfRangeException(argument, value, $"{argument} must be between {min} and {max}.");

    public static void Size(int length, int max, string argument)
    {
        if (length > max)
        {
            throw new ArgumentException($"{argument} has {length} bytes, but at most {max} are allowed.", argument);
        }
    }

    /// <summary>Validates that an enumeration value is defined.</summary>
    public static T Defined<T>(T value, string argument)
        where T : struct, Enum =>
        Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(argument, value, $"{argument} is not a valid {typeof(T).Name}.");

    private static void Length(string value, string argument, int maxLength, int minLength)
    {
        if (value.Length > maxLength || value.Length < minLength)
        {
            throw new ArgumentException($"{argument} must have {minLength} to {maxLength} characters; it has {value.Length}.", argument);
        }
    }

    /// <summary>Returns 0 for a single character, 1 for a complete surrogate pair.</summary>
    private static int SurrogateWidth(string value, int index, string argument)
    {
        if (!char.IsSurrogate(value[index]))
        {
            return 0;
        }

        return index + 1 < value.Length && char.IsSurrogatePair(value[index], value[index + 1])
            ? 1
            : throw new ArgumentException($"{argument} must not contain lone surrogates; it has one at position {index}.", argument);
    }
}
