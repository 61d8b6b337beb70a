using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Processes.Running;

/// <summary>Raises the notifications of one attempt's output, each together with the progress of the watch, within the budget of the task.</summary>
/// <param name="context">Stores them, as long as the attempt has its lease.</param>
/// <param name="manifest">What they carry.</param>
/// <param name="progress">How far the watch is.</param>
/// <param name="budget">The budget of the task.</param>
/// <param name="time">For the pause after a storage error.</param>
/// <param name="log">The worker's log.</param>
internal sealed class WakeRaiser(
    TaskContext context, CommandManifest manifest, WatchProgress progress, WakeBudget budget, TimeProvider time, ILogger log)
{
    private const int LongestText = 1024;
    private const int LongestName = 512;
    private const int TriesAtTheEnd = 3;
    private static readonly TimeSpan AfterError = TimeSpan.FromSeconds(1);

    private bool isLost;

    /// <summary>No further notification is possible: the budget is used up, or the lease is lost.</summary>
    public bool IsOver => isLost || progress.IsExhausted;

    /// <summary>The watch must end: what cannot be stored is given up after some tries, if the command has ended, or left to the next worker.</summary>
    public bool MustEnd { get; set; }

    /// <summary>The command has ended: nobody else will raise what is left.</summary>
    public bool IsLastChance { get; set; }

    /// <summary>Raises one, unless a budget is used up.</summary>
    public async ValueTask RaiseAsync(OutputPattern pattern, PatternProgress own, WatchedFile file, string line, long end)
    {
        var text = TextCut.Start(manifest.Hide(line), LongestText);
        var textBytes = Encoding.UTF8.GetByteCount(text);
        if (own.Raised >= pattern.MaxCount || own.RaisedBytes + textBytes > pattern.MaxBytes)
        {
            own.RaisedBytes = pattern.MaxBytes ?? own.RaisedBytes;
            return;
        }

        var left = budget.MaxBytes == 0 ? long.MaxValue : budget.MaxBytes - progress.Bytes;
        if (textBytes > left || (budget.MaxCount > 0 && progress.Wakes >= budget.MaxCount))
        {
            await ExhaustAsync(file).ConfigureAwait(false);
            return;
        }

        var tail = file.TailAt(end, manifest.Hide);
        var bytes = textBytes + Encoding.UTF8.GetByteCount(tail);
        if (bytes > left)
        {
            (tail, bytes) = ("", textBytes);
        }

        own.Raised++;
        own.RaisedBytes += textBytes;
        progress.Wakes++;
        progress.Bytes += bytes;
        await StoreAsync(new NewNotification(WakeTopics.Output, text)
        {
            Name = pattern.Name ?? (pattern.IsAnyOutput ? null : TextCut.Start(pattern.Pattern, LongestName)),
            Data = manifest.Describe(file.Path, tail),
            VoidWithTask = true,
        }).ConfigureAwait(false);
    }

    /// <summary>Says that a pattern is no longer watched.</summary>
    public ValueTask RaiseTooSlowAsync(OutputPattern pattern, int times) => StoreAsync(new NewNotification(
        WakeTopics.Disabled, string.Create(CultureInfo.InvariantCulture, $"{manifest.TaskName}: the pattern '{pattern.Pattern}' timed out {times} times and is no longer watched."))
    {
        Name = TextCut.Start(pattern.Name ?? pattern.Pattern, LongestName),
        VoidWithTask = true,
    });

    private ValueTask ExhaustAsync(WatchedFile file)
    {
        progress.IsExhausted = true;
        return StoreAsync(new NewNotification(
            WakeTopics.Budget,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{manifest.TaskName}: budget exhausted after {progress.Wakes} notifications with {progress.Bytes} bytes. Its output raises no more; its end will."))
        {
            Data = manifest.Describe(file.Path, ""),
            VoidWithTask = true,
        });
    }

    /// <summary>Stores it together with the progress. While the store has trouble the watch waits: its output is in the file.</summary>
    private async ValueTask StoreAsync(NewNotification notification)
    {
        var checkpoint = progress.ToBytes();
        for (var tries = 0; !isLost; tries++)
        {
            try
            {
                await context.RaiseAsync(notification, checkpoint).ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException)
            {
                // Another worker has the attempt; it continues from what was stored.
                isLost = true;
            }
            catch (QueueStorageException e) when (!MustEnd || (IsLastChance && tries < TriesAtTheEnd))
            {
                if (tries == 0)
                {
                    log.NotificationDelayed(context.Id, e);
                }

                await Task.Delay(AfterError, time).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                // Where the watch ends before the command, the next worker raises it.
                isLost = MustEnd && !IsLastChance;
                if (!isLost)
                {
                    log.NotificationLost(context.Id, e);
                }

                return;
            }
        }
    }
}

/// <summary>How many notifications the output of a task may raise, and with how many bytes; 0 means no limit.</summary>
internal sealed record WakeBudget(int MaxCount, long MaxBytes);
