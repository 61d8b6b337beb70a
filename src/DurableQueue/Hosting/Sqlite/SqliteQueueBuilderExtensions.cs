using DurableQueue.Hosting;

namespace DurableQueue;

/// <summary>Stores the queue of a host in a SQLite file.</summary>
public static class SqliteQueueBuilderExtensions
{
    /// <summary>Stores the queue in a SQLite file. The file and its directory are created if they don't exist, readable only by their owner.</summary>
    /// <param name="builder">The queue.</param>
    /// <param name="path">The path of the file, on a local file system.</param>
    /// <param name="configure">
    /// Changes the options, which already have the host's clock and logging and the settings of <see cref="DurableQueueBuilder.Configure"/>:
    /// <c>o => o with { … }</c>. They are validated when the host starts.
    /// </param>
    public static DurableQueueBuilder UseSqlite(
        this DurableQueueBuilder builder, string path, Func<SqliteQueueOptions, SqliteQueueOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return builder.UseStore(registration => new SqliteStore(registration, path, configure));
    }
}
