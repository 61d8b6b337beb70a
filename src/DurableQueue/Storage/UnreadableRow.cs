using System.Data;
using System.Text.Json;

namespace DurableQueue.Storage;

/// <summary>Tells errors that come from what is stored from errors of storing it.</summary>
internal static class UnreadableRow
{
    /// <summary>Text that is not JSON, or a missing number.</summary>
    public static bool Explains(Exception e) =>
        e is JsonException or FormatException or OverflowException or InvalidCastException or DataException;

    /// <param name="row">What cannot be read, as the beginning of a sentence.</param>
    /// <param name="e">Why.</param>
    public static QueueStorageException ToQueueError(string row, Exception e) =>
        new(QueueStorageError.Corrupt, $"{row} cannot be read ({e.Message}). Verify the queue, and repair it.", e);
}
