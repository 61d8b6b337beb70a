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
        await terminal.UntilShownAsync($"Kill task {running}, which is running? y/n");
        await terminal.SendAsync("y");
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

    [Theory]
    [InlineData(60, 20, "ID STATE LABEL COMMAND")]
    [InlineData(80, 24, "ID STATE GROUP LABEL PRIO COMMAND")]
    [InlineData(120, 40, "ID STATE GROUP LABEL PRIO COMMAND")]
    [InlineData(200, 60, "ID STATE GROUP LABEL PRIO COMMAND")]
    public async Task Top_EverySize_HasReadableColumns(int width, int height, string columns)
    {
        await Box.AddAsync("-s", "-p", "7", "-l", "sweep/lr=0.001/batch=64", "-g", "a-group-with-a-long-name", "python train.py --lr 0.001 --batch 64");
        await Box.AddAsync("-s", "-l", "日本語のラベル", "echo wide");

        await terminal.StartAsync(width, height, "dq top");
        var screen = (await terminal.UntilAsync(shown => shown.Contains("echo wide", StringComparison.Ordinal) && shown.Contains("q quit", StringComparison.Ordinal), "it is drawn")).Split('\n');

        Assert.Contains(columns, screen.Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
        Assert.Contains(screen, line => line.Contains(" 1 ", StringComparison.Ordinal) || line.StartsWith("›1 ", StringComparison.Ordinal));
        Assert.Contains(screen, line => line.Contains("python train.py --lr 0", StringComparison.Ordinal));
        Assert.StartsWith("q quit", screen[height - 1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Top_Resized_DrawsAgainAndSaysWhenThereIsNoRoom()
    {
        await Box.AddAsync("-s", "-l", "thelabel", "echo command");
        await terminal.StartAsync(100, 30, "dq top; echo left with $?; sleep 60");
        await terminal.UntilShownAsync("q quit");

        await terminal.ResizeAsync(20, 5);
        await terminal.UntilShownAsync("dq top needs 30 x 9;");
        await terminal.ResizeAsync(60, 20);
        await terminal.UntilAsync(screen => screen.Contains("thelabel", StringComparison.Ordinal) && screen.Split('\n')[19].StartsWith("q quit", StringComparison.Ordinal), "it is drawn anew");
        await terminal.SendAsync("q");
        await terminal.UntilShownAsync("left with 0");
    }

    [Fact]
    public async Task Top_NoTerminal_IsRefused()
    {
        var result = await Box.RunAsync("top");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal("", result.Out);
        Assert.Contains("needs a terminal, and standard input is not one; 'dq status' does not need any", result.Err, StringComparison.Ordinal);
    }
}
