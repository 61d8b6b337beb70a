using DurableQueue.Storage;
using Microsoft.Extensions.Logging;

namespace DurableQueue.PostgreSql;

/// <summary>
/// Tells the other processes that something was committed: after the commit and not in its transaction, because a notification makes commits wait for each
/// other in the whole database; and many commits at once. One that is lost is made up for by their polls.
/// </summary>
internal sealed partial class CommitNotifier
{
    private const string Sql = "SELECT pg_notify($1, $2)";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(4);

    private readonly Database database;
    private readonly string instance;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly BackgroundRun sending;
    private volatile bool stopped;

    public CommitNotifier(Database database, string instance, Dispatcher dispatcher, ILogger logger)
    {
        this.database = database;
        this.instance = instance;
        this.logger = logger;
        time = dispatcher.Over(TimeProvider.System);
        sending = new BackgroundRun(SendAsync, Failed, dispatcher);
    }

    /// <summary>The channel of the queue in a schema.</summary>
    public static string ChannelOf(string schema) => $"durable_queue:{schema}";

    public void Request()
    {
        if (!stopped)
        {
            sending.Request();
        }
    }

    public void Stop() => stopped = true;

    private async Task SendAsync()
    {
        if (stopped)
        {
            return;
        }

        await database.ReadAsync(
            Sql, parameters => parameters.With(ChannelOf(database.Sql.Schema)).With(instance), _ => 0, CancellationToken.None).ConfigureAwait(false);

        // What is committed meanwhile is told together.
        await Task.Delay(Pause, time, CancellationToken.None).ConfigureAwait(false);
    }

    private void Failed(Exception error)
    {
        if (!stopped)
        {
            NotificationFailed(logger, error);
        }
    }

    [LoggerMessage(170, LogLevel.Debug, "Other processes could not be notified of a commit; they notice it at their next poll")]
    private static partial void NotificationFailed(ILogger logger, Exception error);
}
