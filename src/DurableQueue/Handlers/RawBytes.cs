using System.Runtime.InteropServices;

namespace DurableQueue;

/// <summary>Payloads and results that are stored as raw bytes instead of JSON.</summary>
internal static class RawBytes
{
    /// <summary>Whether a value of this type is read from the stored bytes.</summary>
    public static bool AreReadAs(Type type) =>
        type == typeof(ReadOnlyMemory<byte>) || type == typeof(ReadOnlyMemory<byte>?) || type == typeof(Stream);

    /// <summary>Converts the stored bytes to a type for which <see cref="AreReadAs"/> is <see langword="true"/>.</summary>
    public static T Read<T>(ReadOnlyMemory<byte> bytes) => (T)(typeof(T) == typeof(Stream) ? Open(bytes) : (object)bytes);

    private static MemoryStream Open(ReadOnlyMemory<byte> bytes) => MemoryMarshal.TryGetArray(bytes, out var array)
        ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
        : new MemoryStream(bytes.ToArray(), writable: false);
}
