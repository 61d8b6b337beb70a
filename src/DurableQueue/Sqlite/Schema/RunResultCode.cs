namespace DurableQueue.Sqlite;

/// <summary>The column <c>schedule_run.result</c>: <see cref="ScheduleRunResult"/> by number.</summary>
internal static class RunResultCode
{
    public const string Enqueued = "0";
    public const string Overlapped = "1";
    public const string Deduplicated = "2";
    public const string Missed = "3";
}
