using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace DurableQueue.Dashboard.Endpoints;

/// <summary>Positions in lists, as the page passes them back.</summary>
internal static class Cursor
{
    public static string? Write(TaskCursor? cursor)
    {
        var value = cursor?.Value.ToString(CultureInfo.InvariantCulture);
        return cursor?.Key is { } key ? $"{value}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key))}" : value;
    }

    /// <exception cref="ApiProblemException">It is none.</exception>
    public static TaskCursor? Read(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var dot = text.IndexOf('.', StringComparison.Ordinal);
        try
        {
            var key = dot < 0 ? null : Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text.AsSpan(dot + 1)));
            return new TaskCursor(long.Parse(dot < 0 ? text : text[..dot], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)) { Key = key };
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw ApiProblemException.BadInput("cursor", "The cursor is not one of this list.");
        }
    }
}
