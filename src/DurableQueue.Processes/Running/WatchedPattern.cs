using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Processes.Running;

/// <summary>One pattern of one attempt: decides which matches raise a notification, within its limits.</summary>
internal sealed class WatchedPattern(
    OutputPattern pattern, TaskId id, string key, IReadOnlyList<string> hidden, ITaskNotifications notifications, TimeProvider time, ILogger log)
{
    /// <summary>A pattern that times out this often is dropped.</summary>
    private const int MostTimeouts = 10;
    private const int LongestText = 1024;

    private readonly Regex regex = new(pattern.Pattern, pattern.RegexOptions, OutputPattern.MatchTimeout);
    private OutputLine? settling;
    private long matchedAt;
    private string? lastMatch;
    private int timeouts;
    private int raised;
    private int raisedBytes;

    public async ValueTask TakeAsync(OutputLine line)
    {
        if (IsDone || Match(line.Text) is not { } matched)
        {
            return;
        }

        if (pattern.Mode == OutputWatchMode.Transition && matched == lastMatch)
        {
            return;
        }

        lastMatch = matched;
        if (pattern.Settle is { } settle && settle > TimeSpan.Zero)
        {
            settling = line;
            matchedAt = time.GetTimestamp();
            return;
        }

        await RaiseAsync(line).ConfigureAwait(false);
    }

    /// <summary>Raises the last match if there was no other for long enough, or none can follow.</summary>
    public async ValueTask SettleAsync(bool atEnd)
    {
        if (settling is { } line && (atEnd || time.GetElapsedTime(matchedAt) >= pattern.Settle))
        {
            settling = null;
            await RaiseAsync(line).ConfigureAwait(false);
        }
    }

    private bool IsDone =>
        timeouts >= MostTimeouts || raised >= pattern.MaxCount || raisedBytes >= pattern.MaxBytes
        || (pattern.Mode == OutputWatchMode.FirstMatch && (raised > 0 || settling is not null));

    private string? Match(string text)
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
                log.PatternTooSlow(id, pattern.Pattern, timeouts);
            }

            return null;
        }
    }

    private async Task RaiseAsync(OutputLine line)
    {
        var text = Hide(line.Text.Length > LongestText ? line.Text[..(char.IsHighSurrogate(line.Text[LongestText - 1]) ? LongestText - 1 : LongestText)] : line.Text);
        var bytes = Encoding.UTF8.GetByteCount(text);
        if (raisedBytes + bytes > pattern.MaxBytes)
        {
            raisedBytes = pattern.MaxBytes;
            return;
        }

        raised++;
        raisedBytes += bytes;
        try
        {
            await notifications.RaiseAsync(new NewNotification("output", text)
            {
                TaskId = id,
                Name = pattern.Name ?? pattern.Pattern,
                Key = pattern.Mode == OutputWatchMode.FirstMatch ? key : $"{key}:{line.Place}",
            }).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            log.NotificationLost(id, e);
        }
    }

    private string Hide(string text) => hidden.Aggregate(text, (shown, secret) => shown.Replace(secret, CommandSecrets.Mask, StringComparison.Ordinal));
}
