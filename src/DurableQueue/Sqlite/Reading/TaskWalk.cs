namespace DurableQueue.Sqlite;

/// <summary>Goes through tasks in an order, one by one, inside one read, and says of each whether the query wants it.</summary>
internal abstract class TaskWalk : IDisposable
{
    public long Id { get; protected set; }

    /// <summary>Where the task is in the order: a later walk continues behind it.</summary>
    public WalkPlace Place { get; protected set; }

    /// <summary>The query wants the task.</summary>
    public bool IsWanted { get; protected set; }

    /// <returns>False at the end.</returns>
    public abstract bool Step();

    public abstract void Dispose();
}
