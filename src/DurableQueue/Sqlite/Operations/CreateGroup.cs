namespace DurableQueue.Sqlite.Operations;

/// <summary>Creates a group unless it exists, one that was removed with default settings.</summary>
internal sealed class CreateGroup(string name, int parallelism) : WriteOperation<bool>
{
    protected override bool Execute(WriteContext context)
    {
        if (context.Groups.Find(name) is not null)
        {
            return false;
        }

        var group = context.Groups.Ensure(name);
        group.Reset();
        group.SetConfigured();
        group.SetParallelism(parallelism);
        return true;
    }

    protected override bool IsRecorded(bool answer) => answer;
}
