namespace DurableQueue.Sqlite.Operations;

/// <summary>Forgets a subscriber of notifications.</summary>
internal sealed class RemoveSubscriber(string subscriber) : WriteOperation<bool>
{
    private const string Delete = "DELETE FROM notification_subscriber WHERE name = @name";

    protected override bool Execute(WriteContext context) => context.Db[Delete].Bind("@name", subscriber).Run() > 0;
}
