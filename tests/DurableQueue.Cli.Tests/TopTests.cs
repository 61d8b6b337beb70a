using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary><c>dq top</c> on a real terminal.</summary>
public sealed class TopTests : DqTest
{
    private readonly Terminal terminal;

    public TopTests() => terminal = new Terminal(Box);

    public override async Task DisposeAsync()
    {
        await terminal.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Top_ShowsTasksAndLogsAndItsKeysWork()
    {
        await Box.StartWorkerAsync();
        await Box.DoAsync("group", "add", "ml", "--limit", "3");
        var running = await Box.AddAsync("-g", "ml", "-l", "training", "echo epoch one; sleep 60");
        var failed = await Box.AddAsync("-l", "broken", "echo oh no; exit 3");
        await Box.RunAsync("wait", $"{failed}");

        await terminal.StartAsync(110, 36, "dq top; echo left with $?; sleep 60");
        var screen = await terminal.UntilShownAsync("epoch one");
        Assert.All(["GROUP", "ml", "training", "running", "failed (3)", "q quit"], text => Assert.Contains(text, screen, StringComparison.Ordinal));

        // The log below is that of the chosen task.
        await terminal.SendAsync("Down");
        await terminal.UntilShownAsync("oh no");
        await terminal.SendAsync("Up");
        await terminal.UntilShownAsync("epoch one");

        await terminal.SendAsync("x");
        await terminal.UntilShownAsync("killed");
        Assert.Equal("Killed", (await Box.TaskAsync(running)).GetProperty("outcome").GetString());

        await terminal.SendAsync("p");
        await terminal.UntilShownAsync("paused");
        await terminal.SendAsync("r");
        await Sandbox.UntilAsync(async () => (await Box.TaskAsync(running)).GetProperty("state").GetString() == "Queued", "the task is queued again");

        await terminal.SendAsync("q");
        Assert.DoesNotContain("GROUP", await terminal.UntilShownAsync("left with 0"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Top_NarrowTerminal_IsStillDrawn()
    {
        await Box.AddAsync("-l", new string('l', 60), "sleep 60");

        await terminal.StartAsync(40, 16, "dq top; echo left with $?; sleep 60");
        await terminal.UntilShownAsync("sleep");
        await terminal.SendAsync("C-c");

        await terminal.UntilShownAsync("left with 130");
    }

    [Fact]
    public async Task Top_LongAndWideTexts_KeepTheColumns()
    {
        await Box.AddAsync("-s", "-l", new string('x', 300), "-g", new string('g', 120), $"echo {new string('c', 300)}");
        await Box.AddAsync("-s", "-l", "日本語のラベル日本語のラベル", "echo wide");

        await terminal.StartAsync(80, 30, "dq top");
        var screen = await terminal.UntilShownAsync("echo wide");

        Assert.All(["GROUP", "ID", "STATE", "COMMAND", "LABEL", "stashed", "echo ccc", "xxx", "日本語", "q quit"], text => Assert.Contains(text, screen, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Top_NoTerminal_IsRefused()
    {
        var result = await Box.RunAsync("top");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal("", result.Out);
    }
}
