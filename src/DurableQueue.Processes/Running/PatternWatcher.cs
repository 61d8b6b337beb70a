using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Processes.Running;

/// <summary>Watches for lines that match a regular expression.</summary>
internal sealed class PatternWatcher(OutputPattern pattern, PatternProgress progress, WakeRaiser wakes, TaskId id, TimeProvider time, ILogger log)
    : OutputWatcher(pattern, progress, wakes, time)
{
    /// <summary>A pattern that times out this often is dropped.</summary>
    private const int MostTimeouts = 10;

    private readonly Regex regex = new(pattern.Pattern, pattern.RegexOptions, OutputPattern.MatchTimeout);

    /// <summary>In each file, where the first line begins that was not considered yet.</summary>
    private readonly long[] considered = [.. progress.Positions];
    private readonly int[] generations = new int[WatchProgress.Sources];
    private readonly bool[] openTaken = [.. progress.OpenTaken];
    private (WatchedFile File, OutputLine Line, string Match) pending;
    private int timeouts;

    public override bool IsDone => Progress.IsDropped || base.IsDone;

    protected override TimeSpan Settle => Pattern.Settle ?? TimeSpan.Zero;

    public override async ValueTask TakeAsync(WatchedFile file, OutputLine line)
    {
        if (IsDone)
        {
            return;
        }

        var at = file.Index;
        if (line.Generation != generations[at])
        {
            (generations[at], considered[at], openTaken[at]) = (line.Generation, 0, false);
        }

        var isKnown = line.Start < considered[at] || (line.Start == considered[at] && openTaken[at]);
        var match = isKnown ? null : await MatchAsync(line.Text).ConfigureAwait(false);
        if (line.IsOpen)
        {
            openTaken[at] = openTaken[at] || match is not null;
        }
        else if (line.End > considered[at])
        {
            (considered[at], openTaken[at]) = (line.End, false);
        }

        if (match is null || (IsPending && Pattern.Mode == OutputWatchMode.FirstMatch))
        {
            Save();
        }
        else if (Settle > TimeSpan.Zero)
        {
            pending = (file, line, match);
            BeginPending();
        }
        else
        {
            await RaiseAsync(file, line, match).ConfigureAwait(false);
        }
    }

    protected override ValueTask RaisePendingAsync() => RaiseAsync(pending.File, pending.Line, pending.Match);

    private async ValueTask RaiseAsync(WatchedFile file, OutputLine line, string match)
    {
        Save();
        var key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(match)));
        if (Pattern.Mode == OutputWatchMode.Transition && key == Progress.Last)
        {
            return;
        }

        Progress.Last = key;
        await Wakes.RaiseAsync(Pattern, Progress, file, line.Text, line.End).ConfigureAwait(false);
    }

    /// <summary>While something is pending, the progress stays before it: a crash would forget it.</summary>
    private void Save()
    {
        if (!IsPending)
        {
            considered.CopyTo(Progress.Positions, 0);
            openTaken.CopyTo(Progress.OpenTaken, 0);
        }
    }

    private async ValueTask<string?> MatchAsync(string text)
    {
        try
        {
            var match = regex.Match(text);
            return match.Success ? match.Value : null;
        }
        catch (RegexMatchTimeoutException)
        {
            if (++timeouts == MostTimeouts)
            {
                Progress.IsDropped = true;
                log.PatternTooSlow(id, Pattern.Pattern, timeouts);
                await Wakes.RaiseTooSlowAsync(Pattern, timeouts).ConfigureAwait(false);
            }

            return null;
        }
    }
}
