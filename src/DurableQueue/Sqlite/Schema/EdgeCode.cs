namespace DurableQueue.Sqlite;

/// <summary>The column <c>task_dependency.state</c>: <see cref="DependencyState"/> by number.</summary>
internal static class EdgeCode
{
    public const string Waiting = "0";
    public const string Satisfied = "1";
    public const string Broken = "2";
}
