using System.Text;

namespace DurableQueue.Processes.Linux;

/// <summary>The environment that this process was started with, byte by byte. The runtime replaces bytes that are not UTF-8.</summary>
internal static class RawEnvironment
{
    private const char Replacement = '\uFFFD';
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether the bytes are UTF-8.</summary>
    public static bool IsText(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _ = Strict.GetCharCount(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>The bytes of a variable as it is now, or those at the start if the runtime only has a damaged copy.</summary>
    public static byte[] BytesOf(string name, string value)
    {
        var text = $"{name}={value}";
        return (text.Contains(Replacement, StringComparison.Ordinal) ? FindDamaged(text) : null) ?? Encoding.UTF8.GetBytes(text);
    }

    /// <summary>Whether name and value are intact and not a damaged copy.</summary>
    public static bool IsWhole(string name, string value) =>
        !$"{name}={value}".Contains(Replacement, StringComparison.Ordinal) || FindDamaged($"{name}={value}") is null;

    private static byte[]? FindDamaged(string text)
    {
        byte[] all;
        try
        {
            all = File.ReadAllBytes("/proc/self/environ");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        foreach (var range in all.AsSpan().Split((byte)0))
        {
            var bytes = all.AsSpan(range);
            if (!IsText(bytes) && Encoding.UTF8.GetString(bytes) == text)
            {
                return bytes.ToArray();
            }
        }

        return null;
    }
}
