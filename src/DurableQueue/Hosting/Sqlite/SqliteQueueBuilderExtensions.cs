using DurableQueue.Hosting;

namespace DurableQueue;

/// <summary>Names a SQLite file as the store of a host's queue.</summary>
public static class SqliteQueueBuilderExtensions
{
    /// <summary>Keeps the queue in a file, which is made, owner-only, with its directory if it does not exist.</summary>
    /// <param name="builder">The queue.</param>
    /// <param name="path">Path of the file, on a local disk.</param>
    /// <param name="configure">
    /// Changes the settings, which come with the host's clock and logs and with what <see cref="DurableQueueBuilder.Configure"/> was given:
    /// <c>o => o with { … }</c>. Checked when the host starts.
    /// </param>
    public static DurableQueueBuilder UseSqlite(
        this DurableQueueBuilder builder, string path, Func<SqliteQueueOptions, SqliteQueueOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return builder.UseStore(registration => new SqliteStore(registration, path, configure));
    }
}
