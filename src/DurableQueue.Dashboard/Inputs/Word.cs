using System.Text.Json;

namespace DurableQueue.Dashboard.Inputs;

internal static class Word
{
    /// <summary>Reads a value of an enumeration by its name.</summary>
    /// <exception cref="InputException">There is no such value.</exception>
    public static T Read<T>(string field, string? text, T otherwise)
        where T : struct, Enum
    {
        if (string.IsNullOrEmpty(text))
        {
            return otherwise;
        }

        foreach (var value in Enum.GetValues<T>())
        {
            if (Name(value) == text)
            {
                return value;
            }
        }

        throw new InputException(field, $"{field} is '{text}', but must be {string.Join(", ", Enum.GetValues<T>().Select(Name))}.");
    }

    private static string Name<T>(T value)
        where T : struct, Enum =>
        JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
