namespace DurableQueue.Sqlite.Operations;

/// <summary>Makes a group if it does not exist, and sets its limit if one is given.</summary>
internal sealed class EnsureGroup(string name, int? parallelism) : WriteOperation<bool>
{
    protected override bool Execute(WriteSession session)
    {
        var group = session.Groups.Ensure(name);
        if (parallelism is { } limit)
        {
            group.SetParallelism(limit);
        }

        return true;
    }
}
