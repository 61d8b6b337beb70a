namespace DurableQueue.Sqlite;

/// <summary>Which file it is, whatever its name.</summary>
/// <param name="Device">The file system.</param>
/// <param name="Inode">Its number there, which another file may get once this one is gone and closed.</param>
/// <param name="CreatedAt">Tells those two apart, in nanoseconds since the Unix epoch; 0 where the file system doesn't keep it.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Inode, ulong CreatedAt);
