using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Commands.Waiting;

/// <summary>Says on standard error which tasks of a wait have ended: each in a line of its own, or what ended within half a second in one.</summary>
internal sealed class WaitProgress(DqInvocation invocation, bool verbose)
{
    private const int MostNamed = 5;

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    private readonly Lock sync = new();
    private readonly List<string> news = [];

    public void Add(TaskId id, TaskOutcome outcome)
    {
        var text = $"{id} {Describe(outcome)}";
        if (verbose)
        {
            invocation.Output.Say($"Task {text}.");
            return;
        }

        lock (sync)
        {
            news.Add(text);
        }
    }

    /// <summary>Says what there is to say, until it is cancelled.</summary>
    /// <param name="countLeft">How many tasks have not ended.</param>
    /// <param name="cancellationToken">Ends it; what was not said then is in the summary.</param>
    public async Task RunAsync(Func<int> countLeft, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(Period, invocation.Time, cancellationToken).ContinueWith(_ => { }, TaskScheduler.Default);
            if (!cancellationToken.IsCancellationRequested && Take() is { Count: > 0 } ended)
            {
                var more = ended.Count > MostNamed ? $" and {ended.Count - MostNamed} more" : "";
                invocation.Output.Say($"{string.Join(", ", ended.Take(MostNamed))}{more}; {countLeft()} left.");
            }
        }
    }

    private static string Describe(TaskOutcome outcome) => outcome switch
    {
        TaskOutcome.Succeeded => "succeeded",
        TaskOutcome.Cancelled => "was cancelled",
        TaskOutcome.Killed => "was killed",
        TaskOutcome.TimedOut => "timed out",
        _ => "failed",
    };

    private List<string> Take()
    {
        lock (sync)
        {
            var taken = news.ToList();
            news.Clear();
            return taken;
        }
    }
}
