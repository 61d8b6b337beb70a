using DurableQueue.Cli.Top;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>The keys of <c>dq top</c>, on a real terminal of the usual size.</summary>
public sealed class TopKeyTests : DqTest
{
    private readonly Terminal terminal;

    public TopKeyTests() => terminal = new Terminal(Box);

    public override async Task DisposeAsync()
    {
        await terminal.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Filter_FindsTasksAndKeepsTheOldOneIfTheNewIsWrong()
    {
        await Box.AddAsync("-s", "-l", "apple", "true");
        await Box.AddAsync("-s", "-l", "pear", "true");
        await StartAsync("pear");

        await terminal.SendAsync("f", "label=pear", "Enter");
        await terminal.UntilAsync(screen => screen.Contains("filter: label=pear", StringComparison.Ordinal) && !screen.Contains("apple", StringComparison.Ordinal), "only one is left");
        await terminal.SendAsync("f", " and colour=red", "Enter");
        await terminal.UntilShownAsync("column 16: unknown field 'colour'");
        await terminal.SendAsync("Escape");
        await terminal.UntilAsync(screen => screen.Split('\n').Any(line => line.TrimEnd() == "filter: label=pear"), "the filter is the old one");
        await terminal.SendAsync("Escape");
        await terminal.UntilShownAsync("apple");
    }

    [Fact]
    public async Task ApproveRejectRunNowAndStash_ActOnTheSelectedTask()
    {
        var approved = await Box.AddAsync("--approval", "true");
        var rejected = await Box.AddAsync("--approval", "true");
        var delayed = await Box.AddAsync("--delay", "1h", "true");
        var stashed = await Box.AddAsync("true");
        await StartAsync("not-before");

        await terminal.SendAsync("a");
        await terminal.UntilShownAsync($"task {approved}: approved");
        await terminal.SendAsync("Down", "R");
        await terminal.UntilShownAsync($"Reject task {rejected}? y/n");
        await terminal.SendAsync("n", "R", "y");
        await terminal.UntilShownAsync($"task {rejected}: rejected");
        await terminal.UntilShownAsync("1 failed");
        await terminal.SendAsync("g", "Down", "i");
        await terminal.UntilShownAsync($"task {delayed}: first in line, but it cannot run yet: no-worker");
        await terminal.SendAsync("Down", "s");
        await terminal.UntilShownAsync($"task {stashed}: stashed");

        Assert.Equal("Rejected", (await Box.TaskAsync(rejected)).GetProperty("outcome").GetString());
        Assert.Equal(["no-worker"], Reasons(await Box.TaskAsync(approved)));
        Assert.Equal(["no-worker"], Reasons(await Box.TaskAsync(delayed)));
        Assert.Contains("stashed", Reasons(await Box.TaskAsync(stashed)));
    }

    [Fact]
    public async Task Edit_OpensTheEditorAndComesBack()
    {
        var id = await Box.AddAsync("-s", "echo old");
        var editor = await Box.WriteAsync("editor.sh", "#!/bin/sh\necho in the editor; read line; sed -i s/old/new/ \"$1\"\n");
        Box.Variables["VISUAL"] = $"sh {editor}";
        await StartAsync("echo old");

        await terminal.SendAsync("e");
        Assert.DoesNotContain("q quit", await terminal.UntilShownAsync("in the editor"), StringComparison.Ordinal);
        await terminal.SendAsync("q", "Enter");

        await terminal.UntilShownAsync($"task {id}: changed");
        await terminal.UntilShownAsync("echo new");
        await terminal.SendAsync("q");
        await terminal.UntilShownAsync("left with 0");
    }

    [Fact]
    public async Task Kill_AnsweredWithNo_KillsNothing()
    {
        var id = await Box.AddAsync("true");
        await StartAsync("no-worker");

        await terminal.SendAsync("x");
        await terminal.UntilShownAsync($"Cancel task {id}, which is queued? y/n");
        await terminal.SendAsync("n");
        await terminal.UntilShownAsync("q quit");

        Assert.Equal("Queued", (await Box.TaskAsync(id)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task Log_ScrollsSearchesAndFollowsAtTheEnd()
    {
        await Box.StartWorkerAsync();
        await Box.AddAsync("seq 1 $((5 * 1000)); while [ ! -e go ]; do sleep 0.05; done; echo the new end; sleep 60");
        await StartAsync("5000");

        await terminal.SendAsync("PageUp");
        await terminal.UntilAsync(screen => screen.Contains("99%", StringComparison.Ordinal) && !screen.Contains("5000", StringComparison.Ordinal), "it has scrolled");
        await terminal.SendAsync("Home");
        await terminal.UntilAsync(screen => screen.Split('\n').Any(line => line.TrimEnd() == "1"), "it is at the beginning");
        await terminal.SendAsync("PageDown");
        await terminal.UntilAsync(screen => screen.Split('\n').Any(line => line.TrimEnd() == "6"), "it is a page further");
        await terminal.SendAsync("End", "/", "99", "Enter", "N", "N", "N", "N", "N", "N", "N", "N");
        await terminal.UntilAsync(screen => screen.Contains("99%", StringComparison.Ordinal) && screen.Contains("4992", StringComparison.Ordinal), "it has left the last page");
        await terminal.SendAsync("End", "/", "4321", "Enter");
        await terminal.UntilShownAsync("4321");
        await Box.WriteAsync("go", "");
        await terminal.SendAsync("n");
        await terminal.UntilShownAsync("'4321' is not below");
        await terminal.SendAsync("End");
        await terminal.UntilShownAsync("the new end");
    }

    [Fact]
    public async Task Space_OnARunningCommand_SuspendsAndContinuesIt()
    {
        await Box.StartWorkerAsync();
        var id = await Box.AddAsync("n=0; while [ ! -e go ]; do n=$((n+1)); sleep 0.05; done; echo went on");
        await StartAsync("1 running");

        await terminal.SendAsync("Space");
        await terminal.UntilShownAsync($"task {id}: paused");
        Assert.True((await Box.TaskAsync(id)).GetProperty("paused").GetBoolean());
        await Box.WriteAsync("go", "");
        await terminal.SendAsync("Space");
        await terminal.UntilShownAsync("went on");

        await Box.DoAsync("wait", "-q", $"{id}");
    }

    [Fact]
    public async Task Retry_OfATaskThatSucceeded_AsksFirst()
    {
        await Box.StartWorkerAsync();
        var id = await Box.AddAsync("echo once >> runs");
        await Box.DoAsync("wait", "-q", $"{id}");
        await StartAsync("1 done");

        await terminal.SendAsync("r");
        await terminal.UntilShownAsync($"Run task {id} again");
        await terminal.SendAsync("n");
        await terminal.UntilShownAsync("q quit");
        Assert.Equal("once\n", await File.ReadAllTextAsync(Path.Combine(Box.Folder, "runs")));
        await terminal.SendAsync("r", "y");
        await terminal.UntilShownAsync($"task {id}: ");
        await Sandbox.UntilAsync(() => File.ReadAllText(Path.Combine(Box.Folder, "runs")) == "once\nonce\n", "it has run again");
    }

    [Fact]
    public async Task Log_LongLine_IsShiftedByTheArrows()
    {
        await Box.StartWorkerAsync();
        await Box.AddAsync("printf 'begin'; printf '%0300d' 0; echo middle; sleep 60");
        await StartAsync("begin000");

        await terminal.SendAsync([.. Enumerable.Repeat("Right", 30)]);
        await terminal.UntilAsync(screen => screen.Contains("0middle", StringComparison.Ordinal) && !screen.Contains("begin000", StringComparison.Ordinal), "it has shifted");
        await terminal.SendAsync([.. Enumerable.Repeat("Left", 30)]);
        await terminal.UntilShownAsync("begin000");
    }

    [Fact]
    public async Task Details_PaneAndView_SayWhatTheTaskIs()
    {
        await Box.AddAsync("-s", "-l", "first", "true");
        await Box.AddAsync("-a", "1", "-l", "second", "echo details");
        await StartAsync("echo details");

        await terminal.SendAsync("Down", "Tab");
        await terminal.UntilShownAsync("state     dependencies 1");
        await terminal.SendAsync("Tab", "Enter");
        await terminal.UntilAsync(
            screen => screen.Contains("command   echo details", StringComparison.Ordinal) && !screen.Contains("COMMAND", StringComparison.Ordinal), "the task is shown alone");
        await terminal.SendAsync("Escape");
        await terminal.UntilShownAsync("COMMAND");
    }

    [Fact]
    public async Task Finished_EndedLongAgo_IsHiddenUntilAKeyShowsIt()
    {
        Box.Variables["DQ_TOP_FINISHED"] = "0s";
        await Box.StartWorkerAsync();
        await Box.AddAsync("-l", "theold", "true");
        await Box.DoAsync("wait", "1");
        await Box.AddAsync("-s", "-l", "thenew", "true");
        await StartAsync("thenew");
        Assert.DoesNotContain("theold", await terminal.UntilShownAsync("1 done"), StringComparison.Ordinal);

        await terminal.SendAsync("o");
        await terminal.UntilShownAsync("theold");
        await terminal.SendAsync("o");
        await terminal.UntilAsync(screen => !screen.Contains("theold", StringComparison.Ordinal), "it is hidden again");
    }

    [Fact]
    public async Task Help_NamesTheKeysAndSoDoesTheManual()
    {
        await Box.AddAsync("-s", "true");
        await StartAsync("q quit");

        await terminal.SendAsync("?");
        await terminal.UntilShownAsync("Keys of dq top");
        await terminal.SendAsync("?");
        await terminal.UntilShownAsync("COMMAND");

        var manual = await File.ReadAllTextAsync(RepositoryRoot.File("docs", "cli.md"));
        Assert.All(TopKey.All.Where(key => key.Name is { Length: > 0 }), key => Assert.Contains($"`{key.Name}`", manual, StringComparison.Ordinal));
    }

    /// <summary>Starts it and waits until it shows this text.</summary>
    private async Task StartAsync(string shown)
    {
        await terminal.StartAsync(80, 24, "dq top; echo left with $?; sleep 60");
        await terminal.UntilShownAsync(shown);
    }

    private static IEnumerable<string?> Reasons(System.Text.Json.JsonElement task) => task.GetProperty("reasons").EnumerateArray().Select(reason => reason.GetProperty("reason").GetString());
}
