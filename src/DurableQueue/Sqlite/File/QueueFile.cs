using System.Runtime.CompilerServices;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DurableQueue.Sqlite;

/// <summary>The file of one queue: recognizes it, creates it, and opens connections to it.</summary>
internal sealed class QueueFile
{
    /// <summary>SQLITE_DBCONFIG_ENABLE_QPSG, which the binding doesn't name.</summary>
    private const int EnableStablePlans = 1007;

    private readonly SqliteQueueOptions options;

    public QueueFile(string path, SqliteQueueOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (path.StartsWith("file:", StringComparison.OrdinalIgnoreCase) || path.Contains(":memory:", StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException("path must be the path of a file. A URI or an in-memory database can't be shared and would not be durable.", nameof(path));
        }

        Paths = new QueuePaths(path);
        this.options = options;
    }

    public QueuePaths Paths { get; }

    public string FullPath => Paths.File;

    public string Folder => Paths.Folder;

    /// <summary>What the queue's tables are called in an application's database; <see langword="null"/> in a file of the queue's own.</summary>
    public TableNames? Names { get; private set; }

    /// <summary>
    /// Refuses a file that is not a queue of this version or an older one, and, where one may be taken in, a database that cannot take one. Reads through
    /// SQLite only, and creates nothing.
    /// </summary>
    /// <returns>Whether there is a file.</returns>
    public bool Recognise()
    {
        UnsafePlaces.RefuseSpecialFile(FullPath);
        if (!File.Exists(FullPath))
        {
            return !options.AdoptExisting
                ? false
                : throw new QueueStorageException(
                    QueueStorageError.CannotOpen,
                    $"{FullPath} does not exist. With AdoptExisting, the application must create the database first; with EF Core, call Database.Migrate().");
        }

        try
        {
            try
            {
                Recognise(SqliteOpenMode.ReadOnly);
            }
            catch (SqliteException e) when (e.SqliteExtendedErrorCode == raw.SQLITE_READONLY_ROLLBACK)
            {
                // A process died while it created the file: SQLite rolls back what is left of that, which a read-only connection may not.
                Recognise(SqliteOpenMode.ReadWrite);
            }

            return true;
        }
        catch (SqliteException e)
        {
            throw Explain(e.ToStorageException());
        }
        catch (QueueStorageException e) when (!e.Message.Contains(FullPath, StringComparison.Ordinal))
        {
            throw Explain(e);
        }
    }

    /// <summary>Creates the directory and an empty file if they don't exist, readable only by their owner.</summary>
    public void Create()
    {
        try
        {
            if (!Directory.Exists(Folder))
            {
                if (OperatingSystem.IsWindows())
                {
                    Directory.CreateDirectory(Folder);
                }
                else
                {
                    Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                }
            }

            if (!File.Exists(FullPath))
            {
                // Never opened by hand when it exists: closing a descriptor drops the locks of every connection in the process.
                var creation = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
                if (!OperatingSystem.IsWindows())
                {
                    creation.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
                }

                new FileStream(FullPath, creation).Dispose();
                FaultPoint.Reach("file.made");
            }
        }
        catch (IOException) when (File.Exists(FullPath))
        {
            // Another queue created it just now.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new QueueStorageException(QueueStorageError.CannotOpen, $"The queue file {FullPath} cannot be created: {e.Message}", e);
        }
    }

    /// <summary>
    /// Opens the writing connection. Called under the file lock. One thread at a time may use it, which the writer sees to: without the mutex that SQLite
    /// otherwise takes in each call, for each value that is bound or read, its work takes 7 % less.
    /// </summary>
    public WriteConnection OpenWriter()
    {
        // Loads the engine: the connection is not opened by the driver, which cannot ask for one without a mutex.
        RuntimeHelpers.RunClassConstructor(typeof(SqliteConnection).TypeHandle);
        var opened = raw.sqlite3_open_v2(FullPath, out var handle, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_NOMUTEX, null);
        var db = new WriteConnection(handle, Names) { SyncsByDefault = options.Durability == Durability.Full };
        try
        {
            if (opened != raw.SQLITE_OK)
            {
                throw Explain(db.Error(opened));
            }

            Harden(handle);
            NoCheckpointOnClose(handle);
            RequireWal(db);
            db.SyncCommits(db.SyncsByDefault);
            db.Execute("PRAGMA foreign_keys = 0; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY");
            return db;
        }
        catch
        {
            db.Dispose();
            throw;
        }
    }

    /// <summary>Opens a connection that cannot write.</summary>
    public SqliteConnection OpenReader()
    {
        var connection = Open(SqliteOpenMode.ReadWrite);
        try
        {
            NoCheckpointOnClose(connection.Handle!);
            raw.sqlite3_exec(connection.Handle!, "PRAGMA query_only = 1; PRAGMA wal_autocheckpoint = 0");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Opens a connection that copies the file elsewhere: it writes only there, which a reader may not.</summary>
    public SqliteConnection OpenCopier()
    {
        var connection = Open(SqliteOpenMode.ReadWrite);
        NoCheckpointOnClose(connection.Handle!);
        return connection;
    }

    private void Recognise(SqliteOpenMode mode)
    {
        Names = null;
        using var connection = Open(mode);
        NoCheckpointOnClose(connection.Handle!);
        Names = new FileRecognition(FullPath, options).Read(connection);
    }

    private SqliteConnection Open(SqliteOpenMode mode)
    {
        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = FullPath,
            Mode = mode,
            Pooling = false,
            ForeignKeys = false,
            DefaultTimeout = Math.Max(1, (int)options.BusyTimeout.TotalSeconds),
        }.ConnectionString;
        var connection = Names is null ? new SqliteConnection(settings) : new AdoptedConnection(settings, Names);
        try
        {
            connection.Open();
            Harden(connection.Handle!);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void Harden(sqlite3 handle)
    {
        // A hostile file may carry triggers and views; ours has none.
        raw.sqlite3_extended_result_codes(handle, 1);
        Configure(handle, raw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0);
        Configure(handle, raw.SQLITE_DBCONFIG_ENABLE_VIEW, 0);
        Configure(handle, raw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0);
        Configure(handle, raw.SQLITE_DBCONFIG_DEFENSIVE, 1);

        // Else a statement whose plan may depend on the value of a parameter, as with LIMIT @x, is prepared again each time that is bound.
        Configure(handle, EnableStablePlans, 1);
    }

    private QueueStorageException Explain(QueueStorageException error) => new(error.Error, $"{FullPath}: {error.Message}", error.InnerException);

    /// <summary>Where there can be no log, SQLite keeps another mode and reports no error; in that mode readers would block the writer.</summary>
    private static void RequireWal(WriteConnection db)
    {
        // The journal mode of an application's database is the application's.
        using var mode = new Statement(db.Handle, db.Names is null ? "PRAGMA journal_mode = WAL" : "PRAGMA journal_mode");
        if (!mode.Step() || mode.Text(0) != "wal")
        {
            throw new QueueStorageException(QueueStorageError.CannotOpen, "The file system of the queue file does not support a write-ahead log.");
        }
    }

    private static void NoCheckpointOnClose(sqlite3 handle) => Configure(handle, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1);

    private static void Configure(sqlite3 handle, int option, int value) => _ = raw.sqlite3_db_config(handle, option, value, out _);
}
