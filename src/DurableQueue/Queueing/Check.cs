using System.Buffers;

namespace DurableQueue.Queueing;

/// <summary>Checks of single values; each error names the argument and what was wrong with it.</summary>
internal static class Check
{
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:/-");

    /// <summary>A type or group name.</summary>
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
                $"{argument} may hold only letters, digits and . _ : / - ; it has U+{(int)value[bad]:X4} at position {bad}.", argument);
        }

        return value;
    }

    /// <summary>Free text on one line: no control characters, NUL or lone surrogates.</summary>
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
                throw new ArgumentException($"{argument} holds the control character U+{(int)value[i]:X4} at position {i}.", argument);
            }

            i += SurrogateWidth(value, i, argument);
        }

        return value;
    }

    /// <summary>Text that may have several lines: no NUL or lone surrogates.</summary>
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
                throw new ArgumentException($"{argument} holds the character U+0000 at position {i}.", argument);
            }

            i += SurrogateWidth(value, i, argument);
        }

        return value;
    }

    /// <summary>An error from user code: never refused, but cut and made storable.</summary>
    public static string Error(string? value)
    {
        ArgumentNullException.ThrowIfNull(value, "error");
        return Cut(value, Limits.ErrorLength);
    }

    /// <summary>Text for people: never refused, but cut and made storable.</summary>
    public static string Cut(string value, int maxLength)
    {
        const string cut = " … (cut)";
        var text = value.Length <= maxLength ? value : string.Concat(value.AsSpan(0, maxLength - cut.Length), cut);
        return text.Contains('\0', StringComparison.Ordinal) ? text.Replace('\0', '\uFFFD') : text;
    }

    /// <summary>Why a router chose what it chose: as <see cref="Error"/>.</summary>
    public static string? Reason(string? value) => value is null ? null : Cut(value, Limits.NoteLength);

    public static TimeSpan Between(TimeSpan value, TimeSpan min, TimeSpan max, string argument) =>
        value >= min && value <= max
            ? value
            : throw new ArgumentOutOfRangeException(argument, value, $"{argument} must be from {min} to {max}.");

    public static int Between(int value, int min, int max, string argument) =>
        value >= min && value <= max
            ? value
            : throw new ArgumentOutOfRangeException(argument, value, $"{argument} must be from {min} to {max}.");

    public static void Size(int length, int max, string argument)
    {
        if (length > max)
        {
            throw new ArgumentException($"{argument} has {length} bytes; at most {max} are allowed.", argument);
        }
    }

    /// <summary>A state, outcome or other enumeration value that exists.</summary>
    public static T Defined<T>(T value, string argument)
        where T : struct, Enum =>
        Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(argument, value, $"{argument} is not a {typeof(T).Name}.");

    private static void Length(string value, string argument, int maxLength, int minLength)
    {
        if (value.Length > maxLength || value.Length < minLength)
        {
            throw new ArgumentException($"{argument} must have {minLength} to {maxLength} characters; it has {value.Length}.", argument);
        }
    }

    /// <summary>0 for a plain character, 1 for a whole surrogate pair.</summary>
    private static int SurrogateWidth(string value, int index, string argument)
    {
        if (!char.IsSurrogate(value[index]))
        {
            return 0;
        }

        return index + 1 < value.Length && char.IsSurrogatePair(value[index], value[index + 1])
            ? 1
            : throw new ArgumentException($"{argument} holds a lone surrogate at position {index}.", argument);
    }
}
