using Npgsql;

namespace DurableQueue.PostgreSql;

/// <summary>Says what an error of the server or of the connection means for a caller. No message has a password or a value of a parameter.</summary>
internal static class PostgresErrors
{
    /// <summary>A queue's own errors: see the migrations.</summary>
    public const string WrongIsolation = "DQ001";
    public const string Contradiction = "DQ002";

    /// <summary>What Npgsql throws for trouble with the server or the way to it.</summary>
    public static bool IsStorage(Exception e) => e is NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException;

    /// <summary>The transaction was rolled back for others' sake, and may be run again.</summary>
    public static bool MayRunAgain(Exception e) =>
        e is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure };

    /// <summary>The connection ended: what the call did is not known.</summary>
    public static bool IsBroken(Exception e) => Reason(e).Error == QueueStorageError.Unavailable;

    /// <param name="what">What failed, as the beginning of a sentence.</param>
    /// <param name="e">Why.</param>
    public static QueueStorageException ToQueueError(string what, Exception e)
    {
        var (error, reason) = Reason(e);
        return new QueueStorageException(error, $"{what}: {reason}", e);
    }

    private static (QueueStorageError Error, string Reason) Reason(Exception e) => e switch
    {
        PostgresException server => OfServer(server),
        NpgsqlException { InnerException: TimeoutException } or TimeoutException => (QueueStorageError.Busy, "the server did not answer in time."),
        NpgsqlException { InnerException: PostgresException inner } => OfServer(inner),
        NpgsqlException npgsql when npgsql.Message.Contains("pool", StringComparison.Ordinal) =>
            (QueueStorageError.Busy, "all connections of the pool are in use."),
        _ => (QueueStorageError.Unavailable, $"the server can't be reached, or the connection was lost ({e.Message})."),
    };

    private static (QueueStorageError Error, string Reason) OfServer(PostgresException e) => e.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            (QueueStorageError.CannotOpen, $"the server refused the login ({e.MessageText})."),
        PostgresErrorCodes.InvalidCatalogName => (QueueStorageError.CannotOpen, $"{e.MessageText}."),
        PostgresErrorCodes.InsufficientPrivilege => (QueueStorageError.CannotOpen, $"the role lacks a right ({e.MessageText})."),
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.InvalidSchemaName =>
            (QueueStorageError.Lost, $"the queue's schema was dropped or changed ({e.MessageText})."),
        PostgresErrorCodes.ReadOnlySqlTransaction => (QueueStorageError.ReadOnly, "the server is read-only: it is a standby, or transactions are read-only by default."),
        PostgresErrorCodes.DiskFull => (QueueStorageError.Full, "the server's disk is full."),
        PostgresErrorCodes.TooManyConnections => (QueueStorageError.Busy, $"the server has no connection left ({e.MessageText})."),
        PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure =>
            (QueueStorageError.Busy, $"the server gave the call up ({e.MessageText})."),
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.DatabaseDropped =>
            (QueueStorageError.Unavailable, $"the server ended the connection ({e.MessageText})."),
        PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted or Contradiction => (QueueStorageError.Corrupt, e.MessageText),
        PostgresErrorCodes.IoError => (QueueStorageError.InputOutput, e.MessageText),
        { } state when state.StartsWith("08", StringComparison.Ordinal) => (QueueStorageError.Unavailable, e.MessageText),
        _ => (QueueStorageError.Other, $"{e.MessageText} (SQLSTATE {e.SqlState})."),
    };
}
