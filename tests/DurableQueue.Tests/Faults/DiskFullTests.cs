using System.Text;
using DurableQueue.Tests.Processes;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Tests.Faults;

/// <summary>A process that can write no more, by a limit of the kernel on the length of its files, and can again later.</summary>
public sealed class DiskFullTests(ITestOutputHelper output) : ProcessTest
{
    private const ulong Little = 64 * 1024;

    /// <summary>The signal that comes with the limit would end the process; ignored, the write fails, as on a full disk.</summary>
    private static readonly string[] IgnoringTheSignal = ["/bin/sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"];

    [Fact]
    public async Task Enqueue_NoSpaceForAWhile_FailsCleanlyAndGoesOnWhenThereIsSpace()
    {
        var seed = Seed.Draw(output);
        var child = StartThrough(IgnoringTheSignal, "produce", "name=p", "callers=4", "pause=1", "errors=go-on", $"seed={seed}");
        await child.WaitForLineAsync("ready");
        child.Go();
        await child.WaitForLinesAsync("enqueued", 200);

        child.LimitFileSize(Little);
        await child.WaitForLinesAsync("failed", 40);
        TaskId other;
        await using (var queue = await OpenAsync())
        {
            other = await queue.EnqueueAsync(new NewTask("from.elsewhere"));
        }

        child.LimitFileSize(null);
        var before = Count(child, "enqueued");
        await child.WaitForLinesAsync("enqueued", before + 200);
        child.Stop();
        Assert.Equal(0, await child.ExitAsync());

        await CheckAsync(child, other, $"seed {seed}");
    }

    [Fact]
    public async Task Complete_NoSpaceWhenTheHandlerReturns_IsStoredWhenThereIsSpaceAndRunsOnce()
    {
        await using var queue = await OpenAsync();
        await queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("filler", new byte[1_000]), 200)]);
        var id = await queue.EnqueueAsync("until-stop", "");
        var child = StartThrough(IgnoringTheSignal, "host");
        await child.WaitForLineAsync("start until-stop");

        child.LimitFileSize(1);
        child.Stop();
        await child.WaitForLineAsync("log 2");
        Assert.Equal(TaskState.CheckedOut, (await queue.Inspector.GetAsync(id))?.State);
        child.LimitFileSize(null);

        var summary = await queue.Inspector.WaitAsync(id).AsTask().WaitAsync(Guard);
        Assert.Equal(1, summary.Succeeded);
        Assert.Equal(1, summary.Tasks[0].Attempt);
        Assert.Equal(1, Count(child, "start until-stop"));
        child.Terminate();
        await child.ExitAsync();
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }

    private async Task CheckAsync(ChildProcess child, TaskId other, string context)
    {
        var acknowledged = child.Lines.Where(line => line.StartsWith("enqueued ", StringComparison.Ordinal)).Select(line => line.Split(' ')).ToList();
        var failed = child.Lines.Where(line => line.StartsWith("failed ", StringComparison.Ordinal)).Select(line => line.Split(' ')).ToList();
        output.WriteLine($"{acknowledged.Count} acknowledged, {failed.Count} refused ({string.Join(", ", failed.CountBy(words => words[1]))})");
        Assert.All(failed, words => Assert.True(words[1] is "Full" or "InputOutput", words[1]));
        await using (var queue = await OpenAsync(new SqliteQueueOptions { BackgroundSweeps = false }))
        {
            var tasks = await QueueInvariants.CheckAsync(queue, context);
            Assert.Equal(acknowledged.Count + 1, tasks.Count);
            Assert.True(tasks.ContainsKey(other));
            foreach (var words in acknowledged)
            {
                Assert.Equal(words[2], Encoding.UTF8.GetString((await queue.Inspector.GetPayloadAsync(RunRecord.Id(words[1]))).Span));
            }

            var verification = await queue.Inspector.VerifyAsync();
            Assert.True(verification.IsSound, string.Join('\n', verification.Findings));
        }

        QueueInvariants.CheckFile(QueuePath, context);
    }

    private static int Count(ChildProcess child, string prefix) => child.Lines.Count(line => line.StartsWith(prefix, StringComparison.Ordinal));
}
