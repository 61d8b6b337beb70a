using Xunit;

namespace DurableQueue.Processes.Tests;

/// <summary>Which matches in the output raise notifications.</summary>
public sealed class OutputWatchTests : IAsyncLifetime
{
    private CommandHost host = null!;

    public async Task InitializeAsync() => host = await CommandHost.StartAsync();

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task Watch_FirstMatch_IsRaisedWhileTheCommandRuns()
    {
        var id = await AddAsync(
            "echo starting; echo listening on 80; echo listening on 81; read line", new OutputPattern("listening on (\\d+)") { Name = "up" });

        await using var stream = host.Queue.Notifications.SubscribeAsync("me").GetAsyncEnumerator();
        Assert.True(await stream.MoveNextAsync().AsTask().WaitAsync(CommandHost.Guard));

        Assert.Equal(("output", "listening on 80", "up", id), (stream.Current.Topic, stream.Current.Text, stream.Current.Name, stream.Current.TaskId));
        Assert.Equal(TaskState.CheckedOut, (await host.Queue.Inspector.GetAsync(id))?.State);
        await host.Control.CloseInputAsync(id);
        Assert.Equal(["listening on 80"], await OutputsAsync(id));
    }

    [Fact]
    public async Task Watch_Transition_IsRaisedForEachChange() => Assert.Equal(
        ["status ok a", "status bad c", "status ok d"],
        await RunAsync(
            "echo status ok a; echo status ok b; echo other; echo status bad c; echo status ok d; echo status ok e",
            new OutputPattern("status (ok|bad)") { Mode = OutputWatchMode.Transition }));

    [Fact]
    public async Task Watch_Always_IsRaisedForEachUpToTheCount() => Assert.Equal(
        ["line 1", "line 2", "line 3"],
        await RunAsync("for i in 1 2 3 4 5; do echo line $i; done", new OutputPattern("line") { Mode = OutputWatchMode.Always, MaxCount = 3 }));

    [Fact]
    public async Task Watch_Always_IsRaisedUpToTheBytes() => Assert.Equal(
        ["line 1", "line 2"],
        await RunAsync("for i in 1 2 3 4 5; do echo line $i; done", new OutputPattern("line") { Mode = OutputWatchMode.Always, MaxBytes = 15 }));

    [Fact]
    public async Task Watch_Settle_RaisesTheLastOfABurst() => Assert.Equal(
        ["line 5"],
        await RunAsync(
            "for i in 1 2 3 4 5; do echo line $i; done; sleep 0.3",
            new OutputPattern("line") { Mode = OutputWatchMode.Always, Settle = TimeSpan.FromMinutes(5) }));

    [Fact]
    public async Task Watch_HostilePattern_CostsTheCommandNothing()
    {
        var began = TimeProvider.System.GetTimestamp();

        Assert.Empty(await RunAsync($"for i in $(seq 1 50); do echo {new string('a', 40)}; done", new OutputPattern("^(a+)+$x|(a+)+b") { Mode = OutputWatchMode.Always }));

        Assert.True(TimeProvider.System.GetElapsedTime(began) < CommandHost.Guard);
        Assert.Contains("is no longer watched", host.Logs, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_LineWithoutEnd_IsMatchedAtTheEnd() =>
        Assert.Equal(["last words"], await RunAsync("printf 'last words'", new OutputPattern("words$")));

    [Fact]
    public async Task Watch_ErrorsApart_AreWatchedToo()
    {
        var id = await host.AddAsync("echo boom >&2", c => c with { SeparateErrors = true, Watch = [new OutputPattern("BOOM") { IgnoreCase = true }] });
        Assert.Equal(["boom"], await OutputsAsync(id));
    }

    [Fact]
    public void Watch_NoRegularExpression_IsRefusedAtTheEnqueue()
    {
        var error = Assert.Throws<ArgumentException>(() => new CommandTask { CommandLine = "true", Watch = [new OutputPattern("(")] }.ToTask());

        Assert.Contains("'('", error.Message, StringComparison.Ordinal);
    }

    private ValueTask<TaskId> AddAsync(string line, OutputPattern pattern) => host.AddAsync(line, c => c with { Watch = [pattern] });

    private async Task<IEnumerable<string>> RunAsync(string line, OutputPattern pattern) => await OutputsAsync(await AddAsync(line, pattern));

    private async Task<IEnumerable<string>> OutputsAsync(TaskId id)
    {
        await host.EndAsync(id);
        return (await host.Queue.Notifications.ListAsync()).Where(n => n.Topic == "output").Select(n => n.Text);
    }
}
