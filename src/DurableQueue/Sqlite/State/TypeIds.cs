namespace DurableQueue.Sqlite;

/// <summary>The numbers of task types.</summary>
internal sealed class TypeIds(WriteConnection db)
{
    private const string Select = "SELECT id FROM task_type WHERE name = @name";

    private const string Insert = "INSERT INTO task_type (name) VALUES (@name)";

    private readonly Dictionary<string, long> known = [];

    /// <summary>The number of a type, or <see langword="null"/> if no task of it was ever enqueued.</summary>
    public long? Find(string name)
    {
        if (known.TryGetValue(name, out var id))
        {
            return id;
        }

        if (db[Select].Bind("@name", name).Scalar() is not { } found)
        {
            return null;
        }

        known.Add(name, found);
        return found;
    }

    public long Ensure(string name)
    {
        if (Find(name) is { } id)
        {
            return id;
        }

        db[Insert].Bind("@name", name).Run();
        return Find(name)!.Value;
    }

    public void Forget() => known.Clear();
}
