namespace DurableQueue.Queueing;

/// <summary>The limits of the values that a queue accepts.</summary>
internal static class Limits
{
    public const int NameLength = 128;
    public const int LabelLength = 512;
    public const int DedupKeyLength = 512;
    public const int WorkerLength = 256;
    public const int ReasonLength = 512;
    public const int CommandPatternLength = 512;
    public const int NoteLength = 4_096;
    public const int DataLength = 65_536;
    public const int MetadataEntries = 64;
    public const int MetadataKeyLength = 128;
    public const int MetadataValueLength = 4_096;
    public const int BatchSize = 10_000;
    public const int TraceStateLength = 512;
    public const int SelectorIds = 100_000;
    public const int Dependencies = 1_000;
    public const int ErrorLength = 64 * 1_024;
    public const int MaxMaxAttempts = 1_000_000;
    public const int ExpressionLength = 256;
    public const int MissedRuns = 1_000;
    public const int FailuresInARow = 10_000;
    public const int SchedulePreview = 1_000;
    public const int ScheduleRuns = 10_000;
    public const int WhatLength = 512;
    public const int ArgumentsLength = 1_048_576;
    public const int ApprovalKeyLength = 256;
    public const int LoggedRequests = 1_000;
    public const int RequestsOfTask = 20;
    public const int TasksOfRequest = 1_000;
    public const int Approvers = 100;
    public const int RecordedPayload = 64 * 1_024;
    public const int SearchedRows = 1_000_000;

    public static readonly TimeSpan MinLease = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan MaxLease = TimeSpan.FromHours(24);
    public static readonly TimeSpan MinTimeout = TimeSpan.FromMilliseconds(1);
    public static readonly TimeSpan MaxTimeout = TimeSpan.FromDays(365);
    public static readonly TimeSpan MaxJitter = TimeSpan.FromHours(24);
    public static readonly TimeSpan MinExpiry = TimeSpan.FromMilliseconds(1);
    public static readonly TimeSpan MaxExpiry = TimeSpan.FromDays(3_650);
    public static readonly TimeSpan ChangeInterval = TimeSpan.FromDays(1);
    public static readonly TimeSpan ShortestSearch = TimeSpan.FromMilliseconds(1);
    public static readonly TimeSpan LongestSearch = TimeSpan.FromMinutes(1);
    public static readonly DateTimeOffset MaxTime = new(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);
}
