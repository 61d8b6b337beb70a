using System.Globalization;

namespace DurableQueue.CrashTests;

/// <summary>What a soak has come to at one moment.</summary>
/// <param name="At">Since its start.</param>
/// <param name="Kills">So far.</param>
/// <param name="Acknowledged">Calls, so far.</param>
/// <param name="Memory">Resident bytes of the process that is never killed.</param>
/// <param name="Handles">Its open handles.</param>
/// <param name="File">Bytes of the queue file.</param>
/// <param name="Log">Bytes of the write-ahead log.</param>
internal sealed record SoakSample(TimeSpan At, int Kills, long Acknowledged, long Memory, int Handles, long File, long Log)
{
    public const string Head = "| minute | kills | acknowledged calls | memory, MiB | handles | file, MiB | log, MiB |\n|---|---|---|---|---|---|---|";

    private const long MostLog = 64 << 20;

    /// <summary>The highest values of each minute, as rows of a table.</summary>
    public static IEnumerable<string> Table(IReadOnlyList<SoakSample> samples) => samples
        .GroupBy(sample => (int)sample.At.TotalMinutes)
        .Select(minute => string.Create(
            CultureInfo.InvariantCulture,
            $"| {minute.Key + 1} | {minute.Max(sample => sample.Kills)} | {minute.Max(sample => sample.Acknowledged):N0} | {Mebibytes(minute.Max(sample => sample.Memory))} | "
            + $"{minute.Max(sample => sample.Handles)} | {Mebibytes(minute.Max(sample => sample.File))} | {Mebibytes(minute.Max(sample => sample.Log))} |"));

    /// <summary>Says what grew beyond its bounds. The first quarter is for warming up; a last quarter well above the rest before it is growth.</summary>
    public static void CheckBounds(IReadOnlyList<SoakSample> samples, Verdict verdict)
    {
        var quarter = samples.Count / 4;
        if (quarter == 0)
        {
            return;
        }

        var middle = samples.Skip(quarter).SkipLast(quarter).ToList();
        var end = samples.TakeLast(quarter).ToList();
        Check("memory", sample => sample.Memory, 32 << 20);
        Check("handles", sample => sample.Handles, 10);
        Check("file", sample => sample.File, 2 << 20);
        if (samples.Max(sample => sample.Log) > MostLog)
        {
            verdict.Violated($"the log grew to {samples.Max(sample => sample.Log)} bytes");
        }

        void Check(string what, Func<SoakSample, long> value, long slack)
        {
            var (before, after) = (middle.Max(value), end.Max(value));
            if (after > (before * 5 / 4) + slack)
            {
                verdict.Violated($"{what} grew from {before} to {after} in the last quarter");
            }
        }
    }

    private static string Mebibytes(long bytes) => (bytes / 1048576.0).ToString("F1", CultureInfo.InvariantCulture);
}
