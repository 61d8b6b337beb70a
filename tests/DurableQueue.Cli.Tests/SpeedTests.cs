using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Cli.Tests;

/// <summary>What a command costs does not grow with the queue. The figures of a quiet machine are in docs/performance.md.</summary>
public sealed class SpeedTests(ITestOutputHelper output) : DqTest
{
    private const int Tasks = 100_000;

    [Fact]
    public async Task StatusAndAdd_WithAHundredThousandTasks_TakeAboutAsLongAsWithNone()
    {
        var (emptyStatus, emptyAdd) = (await BestOfAsync("status"), await BestOfAsync("add true"));
        await using (var queue = await Box.OpenAsync())
        {
            for (var i = 0; i < Tasks; i += 10_000)
            {
                await queue.EnqueueAsync([.. Enumerable.Range(0, 10_000).Select(_ => new NewTask("command", """{"commandLine":"true"}"""u8.ToArray()))]);
                var leased = i < Tasks / 2 ? await queue.CheckoutAsync(new CheckoutRequest { Worker = "seed" }, 10_000) : [];
                await queue.CompleteAsync([.. leased.Select(task => new TaskCompletion(task.Lease))]);
            }
        }

        var (status, add) = (await BestOfAsync("status"), await BestOfAsync("add true"));
        output.WriteLine($"status: {emptyStatus.TotalMilliseconds:0} ms empty, {status.TotalMilliseconds:0} ms with {Tasks}; add: {emptyAdd.TotalMilliseconds:0} ms, {add.TotalMilliseconds:0} ms");

        // A look at every task would take seconds.
        Assert.True(status < emptyStatus + TimeSpan.FromMilliseconds(500), $"{status}, empty {emptyStatus}");
        Assert.True(add < emptyAdd + TimeSpan.FromMilliseconds(300), $"{add}, empty {emptyAdd}");
    }

    /// <summary>The time of the processor, which does not depend on what else the machine does.</summary>
    private async Task<TimeSpan> BestOfAsync(string command)
    {
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var result = await Box.ShellAsync($"TIMEFORMAT='%U %S'; time dq {command} 2>/dev/null >&2");
            var seconds = result.Err.Trim().Split(' ').Sum(part => double.Parse(part, System.Globalization.CultureInfo.InvariantCulture));
            best = TimeSpan.FromSeconds(Math.Min(best.TotalSeconds, seconds));
        }

        return best;
    }
}
