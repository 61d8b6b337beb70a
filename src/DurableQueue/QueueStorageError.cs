using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>What is wrong with the store.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<QueueStorageError>))]
public enum QueueStorageError
{
    /// <summary>Something else; see the inner exception.</summary>
    Other = 0,

    /// <summary>Another process held the file longer than the configured time. Trying again later makes sense.</summary>
    Busy = 1,

    /// <summary>The disk is full. Nothing acknowledged is lost; work goes on when there is space.</summary>
    Full = 2,

    /// <summary>The file or its directory cannot be written.</summary>
    ReadOnly = 3,

    /// <summary>The file is damaged. It was left as it is.</summary>
    Corrupt = 4,

    /// <summary>The file was written by a newer version of the library. It was left as it is.</summary>
    NewerSchema = 5,

    /// <summary>The file is not a queue: another SQLite database, or no database at all. It was left as it is.</summary>
    ForeignFile = 6,

    /// <summary>Reading or writing the disk failed.</summary>
    InputOutput = 7,

    /// <summary>The file cannot be opened or made: no such directory, no permission.</summary>
    CannotOpen = 8,

    /// <summary>
    /// The file, its write-ahead log or its lock file was removed or replaced while the queue was open. Nothing is acknowledged any more, and trying again
    /// does not help: close the queue and open it again.
    /// </summary>
    Lost = 9,

    /// <summary>
    /// The write-ahead log beside the file was left by another file, for example by the one that a backup has replaced. Both were left as they are.
    /// </summary>
    ForeignLog = 10,
}
