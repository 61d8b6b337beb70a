using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Workers;

namespace DurableQueue.Cli.Commands.Workers;

/// <summary>Says on standard error when no worker is there any more, and when one is again, while a command waits for what workers do.</summary>
internal static class WorkerNotes
{
    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(500);

    /// <summary>Ends with the token.</summary>
    /// <param name="invocation">The command that waits.</param>
    /// <param name="groups">The groups that matter; empty for all.</param>
    /// <param name="cancellationToken">The wait has ended.</param>
    public static async Task SayAsync(DqInvocation invocation, IReadOnlyList<string> groups, CancellationToken cancellationToken)
    {
        var queue = await invocation.OpenAsync();
        var (wasThere, missingFor) = (true, TimeSpan.MaxValue);
        try
        {
            while (true)
            {
                // What is there already is shown first.
                await Task.Delay(ProbePeriod, invocation.Time, cancellationToken);
                if (await IsThereAsync(queue, groups, cancellationToken))
                {
                    if (!wasThere)
                    {
                        invocation.Output.Say("dq: a worker is running.");
                    }

                    (wasThere, missingFor) = (true, TimeSpan.Zero);
                }
                else if (wasThere && missingFor >= WorkerPresence.StartsWithin)
                {
                    var where = groups.Count > 0 ? $"takes from {string.Join(", ", groups)}" : "is running";
                    invocation.Output.Say($"dq: no worker {where}: no command runs until one does. Start one with 'dq worker --daemon'.");
                    wasThere = false;
                }
                else if (wasThere)
                {
                    // One that is being restarted is back soon.
                    missingFor += ProbePeriod;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The wait has ended.
        }
    }

    /// <summary>Applications raise notifications too: any worker counts, whatever its tasks.</summary>
    private static async ValueTask<bool> IsThereAsync(ITaskQueue queue, IReadOnlyList<string> groups, CancellationToken cancellationToken) =>
        (await queue.Inspector.GetWorkersAsync(cancellationToken))
        .Any(worker => worker.IsLive && (groups.Count == 0 || worker.Groups is null || worker.Groups.Intersect(groups, StringComparer.Ordinal).Any()));
}
