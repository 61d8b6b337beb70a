using DurableQueue.Tests.Worker;
using Microsoft.Extensions.Logging;
using Xunit;

namespace DurableQueue.Tests.Hosting;

/// <summary>What is allowed, but may be an oversight, is said when the host starts.</summary>
public sealed class StartNotesTests
{
    private const int NoWorker = 220;
    private const int NoGroup = 221;

    [Fact]
    public async Task Start_HandlersWithoutAWorker_IsLogged()
    {
        await using var host = await TestHost.StartAsync(q => q.AddHandler("b", (int number) => { }).AddHandler("a", (int number) => { }));

        var line = Assert.Single(host.Logs.Lines, line => line.Event == NoWorker);
        Assert.Equal(LogLevel.Information, line.Level);
        Assert.Contains("handlers for a, b but no worker", line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WorkerOfAGroupThatDoesNotExist_IsLogged()
    {
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler("a", (int number) => { })
            .AddWorker(w => w.Groups = ["default", "mial"])
            .AddWorker("all"));

        var line = Assert.Single(host.Logs.Lines, line => line.Event == NoGroup);
        Assert.Equal(LogLevel.Warning, line.Level);
        Assert.Contains("The worker 1 takes tasks from group mial, which does not exist yet", line.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(host.Logs.Lines, line => line.Event == NoWorker);
    }
}
