using System.Net.Sockets;
using System.Text;
using DurableQueue.Processes.Running;
using DurableQueue.Testing;
using Xunit;

namespace DurableQueue.Processes.Tests;

/// <summary>A program inside a command that asks workers to give its slots back.</summary>
public sealed class RunWaitTests : FolderTest
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task During_WorkerThatDoesNotAnswer_EndsWithTheWait()
    {
        var run = CurrentRun.From(new Dictionary<string, string?>
        {
            ["DURABLEQUEUE_TASK_ID"] = "1",
            ["DURABLEQUEUE_ATTEMPT"] = "1",
            ["DURABLEQUEUE_RUN"] = "2.1",
            ["DURABLEQUEUE_QUEUE"] = QueuePath,
        }.GetValueOrDefault)!;
        var time = new ManualTimeProvider();
        using var ended = new CancellationTokenSource();
        var (listener, _) = WaitSocket.Listen(QueuePath);
        using var stopped = listener;

        var during = RunWait.DuringAsync(run, RunWaitKind.Tasks, time, ended.Token);
        using var asked = await stopped.AcceptAsync().WaitAsync(Guard);
        var name = new byte[run.Name.Length];
        await asked.ReceiveAsync(name).WaitAsync(Guard);
        Assert.Equal(run.Name, Encoding.UTF8.GetString(name));
        await ended.CancelAsync();
        time.Advance(TimeSpan.FromSeconds(5));

        await during.WaitAsync(Guard);
    }
}
