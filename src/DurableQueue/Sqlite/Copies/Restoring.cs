using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>Checks both files of a restore, and runs it under the file lock of the target.</summary>
internal static class Restoring
{
    public static async ValueTask<string?> RunAsync(string backup, string path, SqliteQueueOptions options, CancellationToken cancellationToken)
    {
        SqliteQueueOptionsRules.Check(options);
        SQLitePCL.Batteries_V2.Init();
        var source = new QueueFile(backup, options);
        var target = new QueueFile(path, options);
        if (source.FullPath == target.FullPath)
        {
            throw new ArgumentException($"{target.FullPath} cannot be restored from itself.", nameof(backup));
        }

        UnsafePlaces.RefuseNetwork(target.Paths, FileSystemKind.Of);
        UnsafePlaces.RefuseSecondName(target.Paths);
        if (!await BusyRetry.RunAsync(source.Recognise, options.BusyTimeout, TimeProvider.System, cancellationToken).ConfigureAwait(false))
        {
            throw new QueueStorageException(QueueStorageError.CannotOpen, $"{source.FullPath} does not exist.");
        }

        if (source.Names is not null)
        {
            throw Restore.RefuseAdopted(source);
        }

        var restore = new Restore(source, target, options.TimeProvider);
        try
        {
            return await Task.Run(() => RunAsync(restore, target, options.BusyTimeout, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw e.ToStorageException();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new QueueStorageException(QueueStorageError.CannotOpen, $"{target.FullPath} cannot be replaced: {e.Message}", e);
        }
    }

    private static async Task<string?> RunAsync(Restore restore, QueueFile target, TimeSpan busyTimeout, CancellationToken cancellationToken)
    {
        var copy = restore.Prepare(cancellationToken);
        try
        {
            using var fileLock = new FileLock(target.Paths.Lock, FileStatus.Of(target.FullPath));
            await fileLock.EnterAsync(busyTimeout, TimeProvider.System).ConfigureAwait(false);
            try
            {
                return restore.Replace(copy, fileLock);
            }
            finally
            {
                fileLock.Exit();
            }
        }
        finally
        {
            File.Delete(copy);
        }
    }
}
