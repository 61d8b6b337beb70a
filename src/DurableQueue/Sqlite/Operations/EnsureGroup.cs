namespace DurableQueue.Sqlite.Operations;

/// <summary>Makes a group if it does not exist, one that was removed with default settings; sets its limit if one is given.</summary>
internal sealed class EnsureGroup(string name, int? parallelism) : WriteOperation<bool>
{
    protected override bool Execute(WriteContext context)
    {
        var isNew = context.Groups.Find(name) is null;
        var group = context.Groups.Ensure(name);
        if (isNew)
        {
            group.Reset();
        }

        group.SetConfigured();
        if (parallelism is { } limit)
        {
            group.SetParallelism(limit);
        }

        return true;
    }
}
