namespace DurableQueue.Sqlite;

/// <summary>The columns <c>task.outcome</c> and <c>schedule_run.outcome</c>: <see cref="TaskOutcome"/> by number.</summary>
internal static class OutcomeCode
{
    public const string None = "0";
    public const string Succeeded = "1";
    public const string Failed = "2";
    public const string TimedOut = "3";
    public const string Abandoned = "4";
    public const string DependencyFailed = "5";
    public const string Rejected = "6";
    public const string Cancelled = "7";
    public const string Killed = "8";
}
