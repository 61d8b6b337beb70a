using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>The cause of a <see cref="QueueStorageException"/>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<QueueStorageError>))]
public enum QueueStorageError
{
    /// <summary>Any other error; see the inner exception.</summary>
    Other = 0,

    /// <summary>Another process held the file longer than the busy timeout. The call can be retried later.</summary>
    Busy = 1,

    /// <summary>The disk is full. Nothing that was stored is lost; calls succeed again when there is space.</summary>
    Full = 2,

    /// <summary>The file or its directory cannot be written.</summary>
    ReadOnly = 3,

    /// <summary>The file is corrupt. It was not changed.</summary>
    Corrupt = 4,

    /// <summary>The file was written by a newer version of the library. It was not changed.</summary>
    NewerSchema = 5,

    /// <summary>The file is not a queue: it is another SQLite database, or not a database at all. It was not changed.</summary>
    ForeignFile = 6,

    /// <summary>Reading or writing the disk failed.</summary>
    InputOutput = 7,

    /// <summary>The file cannot be opened or created: the directory doesn't exist, or permissions are missing.</summary>
    CannotOpen = 8,

    /// <summary>
    /// The file, its write-ahead log or its lock file was removed or replaced while the queue was open. Every further call fails: close the queue and open it
    /// again.
    /// </summary>
    Lost = 9,

    /// <summary>
    /// The write-ahead log beside the file belongs to another file, for example to one that was replaced by a backup. Neither was changed.
    /// </summary>
    ForeignLog = 10,

    /// <summary>
    /// The server of the queue can't be reached, or the connection to it was lost. If a call was on its way, whether it had its effect is not known. Calls succeed
    /// again when the server is back.
    /// </summary>
    Unavailable = 11,
}
