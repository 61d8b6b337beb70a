namespace DurableQueue.Sqlite;

/// <summary>The column <c>task_dependency.condition</c>: <see cref="DependencyCondition"/> by number.</summary>
internal static class ConditionCode
{
    public const string Succeeded = "0";
    public const string Failed = "1";
    public const string Finished = "2";
}
