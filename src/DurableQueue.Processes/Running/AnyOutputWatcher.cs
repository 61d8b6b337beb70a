using System.Security.Cryptography;
using System.Text;

namespace DurableQueue.Processes.Running;

/// <summary>Watches for any new output: what has come since the last notification, when the output is quiet.</summary>
internal sealed class AnyOutputWatcher(OutputPattern pattern, PatternProgress progress, WakeRaiser wakes, TimeProvider time)
    : OutputWatcher(pattern, progress, wakes, time)
{
    private readonly NewOutput[] news = [.. Enumerable.Range(0, WatchProgress.Sources).Select(_ => new NewOutput())];
    private readonly long[] considered = [.. progress.Positions];
    private readonly int[] generations = new int[WatchProgress.Sources];
    private WatchedFile? latest;

    protected override TimeSpan Settle => Pattern.Settle ?? OutputPattern.AnyOutputSettle;

    public override void TakeFresh(WatchedFile file)
    {
        var (index, reader) = (file.Index, file.Reader);
        if (reader.Generation != generations[index])
        {
            generations[index] = reader.Generation;
            considered[index] = 0;
        }

        // After a take-over the reading may begin before the position of this pattern.
        var fresh = reader.Fresh.Span;
        fresh = fresh[(int)Math.Clamp(considered[index] - (reader.Position - fresh.Length), 0, fresh.Length)..];
        if (!fresh.IsEmpty && !IsDone)
        {
            considered[index] = reader.Position;
            news[index].Add(fresh);
            if (news[index].HasText)
            {
                latest = file;
                BeginPending();
            }
        }
    }

    protected override async ValueTask RaisePendingAsync()
    {
        var key = Convert.ToHexString(SHA256.HashData([.. news.SelectMany(output => output.Identify())]));
        var text = news[latest!.Index].LastLine();
        foreach (var output in news)
        {
            output.Clear();
        }

        considered.CopyTo(Progress.Positions, 0);
        if (Pattern.Mode == OutputWatchMode.Transition && key == Progress.Last)
        {
            return;
        }

        Progress.Last = key;
        await Wakes.RaiseAsync(Pattern, Progress, latest, text, considered[latest.Index]).ConfigureAwait(false);
    }
}
