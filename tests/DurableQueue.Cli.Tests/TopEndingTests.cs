using System.Globalization;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>What may happen to <c>dq top</c>: signals, a terminal that goes, a queue that is locked, replaced or long.</summary>
public sealed class TopEndingTests : DqTest
{
    private readonly Terminal terminal;

    public TopEndingTests() => terminal = new Terminal(Box);

    public override async Task DisposeAsync()
    {
        await terminal.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task CtrlZ_GivesTheTerminalBackUntilFg()
    {
        await Box.AddAsync("-s", "-l", "thelabel", "true");
        await terminal.StartAsync(80, 24, "bash --norc --noprofile -i");
        await terminal.SendAsync("dq top", "Enter");
        await terminal.UntilShownAsync("thelabel");

        await terminal.SendAsync("C-z");
        Assert.DoesNotContain("thelabel", await terminal.UntilShownAsync("Stopped"), StringComparison.Ordinal);
        await terminal.SendAsync("stty -a | grep -oE ' -?(icanon|echo) '; echo $((40 + 2))", "Enter");
        Assert.DoesNotContain(" -echo ", await terminal.UntilShownAsync("42"), StringComparison.Ordinal);

        await terminal.SendAsync("fg", "Enter");
        await terminal.UntilShownAsync("thelabel");
        await terminal.SendAsync("?");
        await terminal.UntilShownAsync("Keys of dq top");
        await terminal.SendAsync("q");
        await terminal.UntilShownAsync("42");
    }

    [Fact]
    public async Task CtrlZ_InTheEditor_StopsBothUntilFg()
    {
        await Box.AddAsync("-s", "-l", "thelabel", "true");
        Box.Variables["VISUAL"] = $"sh {await Box.WriteAsync("editor.sh", "echo in the editor; read line; echo read $line")}";
        await terminal.StartAsync(80, 24, "bash --norc --noprofile -i");
        await terminal.SendAsync("dq top", "Enter");
        await terminal.UntilShownAsync("thelabel");
        await terminal.SendAsync("e");
        await terminal.UntilShownAsync("in the editor");

        await terminal.SendAsync("C-z");
        await terminal.UntilShownAsync("Stopped");
        await terminal.SendAsync("fg", "Enter");
        await terminal.UntilAsync(screen => screen.TrimEnd().EndsWith("dq top", StringComparison.Ordinal), "it continues");
        await terminal.SendAsync("x", "Enter");

        await terminal.UntilShownAsync("task 1: not changed");
    }

    [Theory]
    [InlineData("TERM", 143)]
    [InlineData("INT", 130)]
    public async Task Signal_RestoresTheTerminal(string signal, int code)
    {
        await Box.AddAsync("-s", "-l", "thelabel", "true");
        await terminal.StartAsync(80, 24, "echo before; sh -c 'echo $$ > pid; exec dq top'; echo left with $?; stty -a | grep -c -- -icanon; sleep 60");
        await terminal.UntilShownAsync("thelabel");

        await Box.ShellAsync($"kill -{signal} $(cat pid)");

        var screen = await terminal.UntilAsync(shown => shown.Contains($"left with {code}\n0", StringComparison.Ordinal), "it ends");
        Assert.Contains("before", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("thelabel", screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminal_ThatVanishes_EndsTheProgram()
    {
        await Box.AddAsync("-s", "-l", "thelabel", "true");
        await terminal.StartAsync(80, 24, "sh -c 'echo $$ > pid; exec dq top'");
        await terminal.UntilShownAsync("thelabel");
        var pid = int.Parse(await File.ReadAllTextAsync(Path.Combine(Box.Folder, "pid")), CultureInfo.InvariantCulture);

        await terminal.DisposeAsync();

        await Sandbox.UntilAsync(() => !Directory.Exists($"/proc/{pid}"), "it ends");
    }

    [Fact]
    public async Task Queue_RemovedAndMadeAnew_IsSaidAndShown()
    {
        await Box.AddAsync("-s", "-l", "theold", "true");
        await terminal.StartAsync(80, 24, "dq top; echo left with $?; sleep 60");
        await terminal.UntilShownAsync("theold");

        await Box.ShellAsync("rm queue.db*");
        await terminal.UntilShownAsync("queue.db");
        await Box.AddAsync("-s", "-l", "thenew", "true");
        await terminal.UntilShownAsync("thenew");
        await terminal.SendAsync("q");
        await terminal.UntilShownAsync("left with 0");
    }

    [Fact]
    public async Task Queue_ThatIsLocked_LeavesTheKeysAlive()
    {
        await Box.AddAsync("-s", "true");
        await terminal.StartAsync(80, 24, "dq top; echo left with $?; sleep 60");
        await terminal.UntilShownAsync("q quit");
        await Box.ShellAsync("flock queue.db-gate sh -c 'echo locked > locked; while [ ! -e free ]; do sleep 0.05; done' >/dev/null 2>&1 &");
        await Sandbox.UntilAsync(() => File.Exists(Path.Combine(Box.Folder, "locked")), "the queue is locked");

        await terminal.SendAsync("p", "?");
        await terminal.UntilShownAsync("Keys of dq top");
        await terminal.SendAsync("?");
        await terminal.UntilAsync(screen => !screen.Contains("paused", StringComparison.Ordinal), "the action waits");
        await Box.WriteAsync("free", "");
        await terminal.UntilShownAsync("group default: paused");
    }

    [Fact]
    public async Task Queue_OfTenThousandTasks_IsReadAsFarAsTheSelectionGoes()
    {
        await using (var queue = await Box.OpenAsync())
        {
            await queue.EnqueueAsync([.. Enumerable.Range(0, 10_000).Select(_ => new NewTask("command", """{"commandLine":"true"}"""u8.ToArray()))]);
        }

        await terminal.StartAsync(80, 24, "dq top; echo left with $?; sleep 60");
        await terminal.UntilShownAsync("10000 queued");
        await terminal.SendAsync("Down", "G");
        await terminal.UntilShownAsync("›10000");
        await terminal.SendAsync("g");
        await terminal.UntilShownAsync("›1 ");
        await terminal.SendAsync("q");
        await terminal.UntilShownAsync("left with 0");
    }

    [Fact]
    public async Task Top_OfOneTask_ShowsItAlone()
    {
        await Box.AddAsync("-s", "-l", "other", "true");
        var id = await Box.AddAsync("-s", "-l", "thisone", "echo it");

        await terminal.StartAsync(80, 24, $"dq top {id}; echo left with $?; sleep 60");
        await terminal.UntilShownAsync("command   echo it");
        await terminal.SendAsync("Escape", "s");
        Assert.DoesNotContain("other", await terminal.UntilShownAsync($"task {id}: queued"), StringComparison.Ordinal);
        await terminal.SendAsync("q");
        await terminal.UntilShownAsync("left with 0");
    }

    [Fact]
    public async Task Top_OfATaskThatDoesNotExist_IsRefused()
    {
        await Box.AddAsync("-s", "true");

        await terminal.StartAsync(80, 24, "dq top 99; echo left with $?; sleep 60");

        await terminal.UntilShownAsync("left with 2");
    }

    [Fact]
    public async Task Glyphs_BySettingOrLocale_AreAscii()
    {
        await Box.AddAsync("-s", "-l", "short", $"echo {new string('x', 200)}");
        Box.Variables["COLUMNS"] = "60";
        Assert.Contains('…', (await Box.DoAsync("status")).Out);
        Box.Variables["LC_ALL"] = "C";
        Assert.Contains("xx~", (await Box.DoAsync("status")).Out, StringComparison.Ordinal);
        Box.Variables["DQ_GLYPHS"] = "unicode";
        Assert.Contains('…', (await Box.DoAsync("status")).Out);
        Box.Variables["DQ_GLYPHS"] = "runes";
        Assert.Contains("xx~", (await Box.DoAsync("status")).Out, StringComparison.Ordinal);

        Box.Variables["LC_ALL"] = "C.UTF-8";
        Box.Variables["COLUMNS"] = null;
        Box.Variables["DQ_GLYPHS"] = "ascii";
        await terminal.StartAsync(80, 24, "dq top");
        Assert.Contains("-- log --", await terminal.UntilShownAsync("q quit"), StringComparison.Ordinal);
    }
}
