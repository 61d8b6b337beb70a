using DurableQueue.Storage;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DurableQueue.Sqlite;

/// <summary>The file of one queue: finds out what it is, makes it, and opens connections to it.</summary>
internal sealed class QueueFile
{
    /// <summary>SQLITE_DBCONFIG_ENABLE_QPSG, which the binding doesn't name.</summary>
    private const int EnableStablePlans = 1007;

    private const string SelectTables = "SELECT EXISTS (SELECT 1 FROM sqlite_master)";

    private readonly SqliteQueueOptions options;

    public QueueFile(string path, SqliteQueueOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (path.StartsWith("file:", StringComparison.OrdinalIgnoreCase) || path.Contains(":memory:", StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException("path must name a file; a URI or an in-memory database cannot be shared and would not be durable.", nameof(path));
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
    /// Refuses a file that is not a queue of this version or an older one, and, where one may be taken in, a database that cannot. Looks through SQLite
    /// and only reads; nothing is made.
    /// </summary>
    /// <returns>Whether there is a file.</returns>
    public bool Recognise()
    {
        RefuseSpecialFile();
        if (!File.Exists(FullPath))
        {
            return !options.AdoptExisting
                ? false
                : throw new QueueStorageException(
                    QueueStorageError.CannotOpen,
                    $"{FullPath} does not exist. AdoptExisting takes the queue into a database that the application has created before, with EF Core by Database.Migrate().");
        }

        try
        {
            try
            {
                Recognise(SqliteOpenMode.ReadOnly);
            }
            catch (SqliteException e) when (e.SqliteExtendedErrorCode == raw.SQLITE_READONLY_ROLLBACK)
            {
                // Somebody died while the file was made: SQLite takes back what is left of that, which a connection that only reads may not.
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

    private void RequireKnownSchema(SqliteConnection connection, long version)
    {
        if (version > Migrations.Latest)
        {
            throw new QueueStorageException(
                QueueStorageError.NewerSchema,
                $"The queue file {FullPath} has schema version {version}; this version of the library knows up to {Migrations.Latest}. Update the library.");
        }

        if (version <= 0)
        {
            throw new QueueStorageException(QueueStorageError.Corrupt, $"The queue file {FullPath} says that it has schema version {version}, which never was.");
        }

        // An older file too: a migration of something else would damage it.
        if (SchemaShape.FindMissing(connection.Handle!, (int)version, Names) is { } missing)
        {
            throw new QueueStorageException(
                QueueStorageError.Corrupt, $"The queue file {FullPath} says that it has schema version {version}, but it lacks: {missing}. It was left as it is.");
        }
    }

    /// <summary>Refuses a place where the file would be damaged as soon as two machines write. Nothing is made.</summary>
    /// <param name="fileSystemOf">The name of the file system that a directory is on.</param>
    public void RefuseNetwork(Func<string, string?> fileSystemOf)
    {
        if (fileSystemOf(Folder) is { } name && FileSystemKind.IsRefused(name))
        {
            throw new QueueStorageException(
                QueueStorageError.CannotOpen,
                $"{FullPath} is on a network file system ({name}), where SQLite's write-ahead log does not work. Use a local disk.");
        }
    }

    /// <summary>
    /// Refuses a file that has, or may have, a second name: under that it would have another log and another lock, and two writers would destroy it.
    /// Nothing is made.
    /// </summary>
    public void RefuseSecondName()
    {
        RefuseSpecialFile();
        if (FileStatus.Of(FullPath) is not { } status)
        {
            return;
        }

        OpenFiles.RequireSameName(status.Identity, FullPath);
        if (status.Links > 1)
        {
            throw new QueueStorageException(
                QueueStorageError.CannotOpen,
                $"{FullPath} has {status.Links} names (hard links). Under each of them it would have another write-ahead log. Remove the others; to copy a queue, back it up.");
        }

        if (status.Length > 0 && !File.Exists(Paths.Log) && !File.Exists(Paths.Lock) && FileLocks.FindOtherHolder(status.Identity) is { } process)
        {
            throw new QueueStorageException(
                QueueStorageError.CannotOpen,
                $"{FullPath} is open in process {process} under another name: it was renamed, and its log and lock file were not. End that process first.");
        }

        if (MountPoints.Contains(FullPath))
        {
            throw new QueueStorageException(
                QueueStorageError.CannotOpen,
                $"{FullPath} is itself mounted, without the files beside it. Mount its directory instead.");
        }
    }

    /// <summary>To open a named pipe waits for its other end, and to write to a device may destroy what is on it.</summary>
    private void RefuseSpecialFile()
    {
        if (Directory.Exists(FullPath))
        {
            throw new QueueStorageException(QueueStorageError.CannotOpen, $"{FullPath} is a directory.");
        }

        if (FileStatus.Of(FullPath) is { IsRegularFile: false })
        {
            throw new QueueStorageException(QueueStorageError.CannotOpen, $"{FullPath} is a pipe, a device or a socket. A queue needs a regular file.");
        }
    }

    /// <summary>Makes the directory and an empty file if they do not exist, for the owner only.</summary>
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
            // Another queue made it just now.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new QueueStorageException(QueueStorageError.CannotOpen, $"The queue file {FullPath} cannot be made: {e.Message}", e);
        }
    }

    /// <summary>Opens the writing connection. Called under the file lock.</summary>
    public WriteConnection OpenWriter()
    {
        SqliteConnection? connection = null;
        try
        {
            connection = Open(SqliteOpenMode.ReadWrite);
            var db = new WriteConnection(connection);
            NoCheckpointOnClose(db.Handle);
            RequireWal(db);
            db.Execute(options.Durability == Durability.Full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
            db.Execute("PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -32000; PRAGMA temp_store = MEMORY");
            return db;
        }
        catch (SqliteException e)
        {
            connection?.Dispose();
            throw Explain(e.ToStorageException());
        }
        catch
        {
            connection?.Dispose();
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

    /// <summary>Opens a connection that copies the file elsewhere. It writes nothing here, but may write there, which a reader may not.</summary>
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

        // One snapshot: another queue may be making the file just now.
        using var snapshot = connection.BeginTransaction(deferred: true);
        var application = ReadNumber(connection, "PRAGMA application_id");
        var version = ReadNumber(connection, "PRAGMA user_version");
        if (application == Migrations.ApplicationId)
        {
            RequireOwnFileIsMeant();
            RequireKnownSchema(connection, version);
        }
        else if (Adoption.Find(connection) is { } found)
        {
            RequirePrefixIsMeant(found);
            Adoption.RequireFit(connection, FullPath, raw.sqlite3_libversion_number());
            Names = found;
            RequireKnownSchema(connection, Adoption.ReadVersion(connection, found));
        }
        else if (options.AdoptExisting)
        {
            Adoption.RequireFit(connection, FullPath, raw.sqlite3_libversion_number());
            Names = new TableNames(options.TablePrefix);
            Adoption.RequireNone(connection, FullPath, Names);
        }
        else if (application != 0 || version != 0 || ReadNumber(connection, SelectTables) != 0)
        {
            throw new QueueStorageException(
                QueueStorageError.ForeignFile, $"{FullPath} is a SQLite database of another application. To keep a queue in it, open it with AdoptExisting.");
        }
    }

    private void RequireOwnFileIsMeant()
    {
        if (options.AdoptExisting)
        {
            throw new QueueStorageException(
                QueueStorageError.CannotOpen, $"{FullPath} is a queue file of its own, not the database of an application. Open it without AdoptExisting.");
        }
    }

    private void RequirePrefixIsMeant(TableNames found)
    {
        if (options.AdoptExisting && !found.Prefix.Equals(options.TablePrefix, StringComparison.OrdinalIgnoreCase))
        {
            throw Adoption.AlreadyAdopted(FullPath, found, options.TablePrefix);
        }
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

            // A hostile file may carry triggers and views; ours has none.
            var handle = connection.Handle!;
            raw.sqlite3_extended_result_codes(handle, 1);
            Configure(handle, raw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0);
            Configure(handle, raw.SQLITE_DBCONFIG_ENABLE_VIEW, 0);
            Configure(handle, raw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0);
            Configure(handle, raw.SQLITE_DBCONFIG_DEFENSIVE, 1);

            // Else a statement whose plan may depend on the value of a parameter, as with LIMIT @x, is prepared again each time that is bound.
            Configure(handle, EnableStablePlans, 1);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private QueueStorageException Explain(QueueStorageException error) => new(error.Error, $"{FullPath}: {error.Message}", error.InnerException);

    /// <summary>Where the log cannot be had, SQLite keeps another mode and reports no error; that mode would let readers block the writer.</summary>
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

    private static long ReadNumber(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Called with constants only.
        command.CommandText = sql;
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }
}
