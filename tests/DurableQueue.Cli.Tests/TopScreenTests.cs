using System.Text.RegularExpressions;
using DurableQueue.Cli.Output;
using DurableQueue.Cli.Top;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>What <c>dq top</c> draws, without a terminal: the screens are in the folder Screens.</summary>
public sealed partial class TopScreenTests
{
    [Theory]
    [InlineData(60, 20)]
    [InlineData(80, 24)]
    [InlineData(120, 40)]
    [InlineData(200, 60)]
    public async Task Draw_BusyQueue_IsTheScreen(int width, int height) => await CompareAsync($"{width}x{height}", TopSample.State(), width, height, Glyphs.Unicode);

    [Fact]
    public async Task Draw_AsciiTerminal_HasOnlyAsciiOfItsOwn()
    {
        var state = TopSample.State();

        var screen = await CompareAsync("80x24-ascii", state, 80, 24, Glyphs.Ascii);

        Assert.DoesNotMatch("[…─›↑↓∞\u2068\u2069]", screen);
    }

    [Fact]
    public async Task Draw_Details_SayWhyItDoesNotRunAndWhatItIs()
    {
        var state = TopSample.State();
        state.Move(5);
        state.ShowsDetails = true;
        state.Update(state.Data with
        {
            Approvals =
            [
                new ApprovalInfo
                {
                    Id = new ApprovalId(7), TaskId = new TaskId(820), TaskType = "command", Group = "deploy", What = "command", Arguments = "", Gates = ["deploys"], Approvers = ["ann", "bob"],
                },
            ],
        });

        await CompareAsync("80x24-details", state, 80, 24, Glyphs.Unicode);
    }

    [Fact]
    public async Task Draw_OneTask_HasDetailsAndLog()
    {
        var state = TopSample.State();
        state.IsFocused = true;

        await CompareAsync("80x24-task", state, 80, 24, Glyphs.Unicode);
    }

    [Theory]
    [InlineData(60, 20)]
    [InlineData(80, 24)]
    public async Task Draw_Help_NamesTheKeys(int width, int height)
    {
        var state = TopSample.State();
        state.ShowsHelp = true;

        await CompareAsync($"{width}x{height}-help", state, width, height, Glyphs.Unicode);
    }

    [Fact]
    public void Draw_FilterWithAMistake_ShowsItsColumnAndKeepsTheTasks()
    {
        var state = TopSample.State();
        state.FilterInput = new LineInput("colour=red") { Error = "column 1: unknown field 'colour'" };

        var lines = Draw(state, 80, 24);

        Assert.Equal("filter: colour=red", lines[2].TrimEnd());
        Assert.Equal("column 1: unknown field 'colour'", lines[^1].TrimEnd());
        Assert.Contains("812", lines[4], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20, 5)]
    [InlineData(29, 24)]
    [InlineData(80, 8)]
    [InlineData(1, 1)]
    public void Draw_TooSmall_SaysSo(int width, int height) =>
        Assert.StartsWith("dq top needs 30 x 9"[..Math.Min(width, 19)], string.Concat(Draw(TopSample.State(), width, height)), StringComparison.Ordinal);

    [Fact]
    public void Draw_EverySizeAndMode_FillsTheScreenAndStaysWithinIt()
    {
        for (var seed = 0; seed < 1_500; seed++)
        {
            var random = new Random(seed);
            var (width, height) = (random.Next(1, 210), random.Next(1, 70));
            var state = TopSample.State();
            state.Move(random.Next(12));
            state.IsFocused = random.Next(3) == 0;
            state.ShowsDetails = random.Next(2) == 0;
            state.ShowsHelp = random.Next(8) == 0;
            state.LogShift = 8 * random.Next(3);
            state.DetailsFrom = random.Next(30);
            state.Banner = random.Next(5) == 0 ? "The queue \u001b[2J\u202e is locked by another process, or something like it." : "";
            state.Message = random.Next(5) == 0 ? "group \u001b[2J\u202e: paused" : "";
            state.FilterInput = random.Next(5) == 0 ? new LineInput(new string('語', random.Next(80))) : null;
            state.SearchInput = random.Next(5) == 0 ? new LineInput($"\u0007{new string('x', random.Next(200))}\t") : null;

            var lines = new TopScreen(width, height, random.Next(2) == 0 ? Glyphs.Ascii : Glyphs.Unicode).Draw(state, TopSample.Now);

            Assert.True(lines.Count == height, $"seed {seed}: {lines.Count} lines of {height}");
            Assert.All(lines, line => Assert.True(line.Width <= width && Cells.Width(line.Text) == line.Width, $"seed {seed}: {line.Width} cells of {width}: {line.Text}"));
            Assert.All(lines, line => Assert.DoesNotContain(line.Text, letter => char.IsControl(letter) || letter is '\u202e'));
        }
    }

    [Fact]
    public void Log_ProgressBarsColorsAndTabs_AreShownAsATerminalWould()
    {
        var state = TopSample.State();
        state.Log = new DurableQueue.Cli.Logs.LogPage(1, ["10%\r20%\r30%", "\u001b[31mred\u001b[0m text\r", "a\tb", "bell\u0007 and \u001b[2J", "\u202eright"]);

        var shown = Draw(state, 80, 24).SkipWhile(line => !line.Contains("log of task", StringComparison.Ordinal)).Skip(1).Take(5).Select(line => line.TrimEnd());

        Assert.Equal(["30%", "red text", "a       b", @"bell\x07 and \x1b[2J", @"\u202eright"], shown);
    }

    [Fact]
    public void Write_SecondScreen_WritesOnlyWhatChanged()
    {
        var written = new List<string>();
        var writer = new ScreenWriter(written.Add, color: true);
        var state = TopSample.State();
        writer.Write(new TopScreen(80, 24, Glyphs.Unicode).Draw(state, TopSample.Now), 80, 24);
        var whole = Assert.Single(written);
        written.Clear();

        writer.Write(new TopScreen(80, 24, Glyphs.Unicode).Draw(state, TopSample.Now), 80, 24);
        Assert.Empty(written);

        state.Move(1);
        writer.Write(new TopScreen(80, 24, Glyphs.Unicode).Draw(state, TopSample.Now), 80, 24);
        var changed = Assert.Single(written);
        Assert.DoesNotContain("\u001b[2J", changed, StringComparison.Ordinal);
        Assert.Equal(3, CursorMoves().Count(changed));
        Assert.True(changed.Length < whole.Length / 4);

        written.Clear();
        writer.Write(new TopScreen(60, 20, Glyphs.Unicode).Draw(state, TopSample.Now), 60, 20);
        Assert.Contains("\u001b[2J", Assert.Single(written), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("xterm", "C.UTF-8", true)]
    [InlineData("xterm", "en_US.utf8", true)]
    [InlineData("xterm", null, true)]
    [InlineData("xterm", "C", false)]
    [InlineData("xterm", "de_DE.ISO-8859-1", false)]
    [InlineData("linux", "C.UTF-8", false)]
    [InlineData("dumb", "C.UTF-8", false)]
    public void Detect_TerminalAndLocale_ChooseTheGlyphs(string terminal, string? locale, bool isUnicode) =>
        Assert.Equal(isUnicode ? Glyphs.Unicode : Glyphs.Ascii, Glyphs.Detect(name => name switch
        {
            "TERM" => terminal,
            "LANG" => locale,
            _ => null,
        }));

    private static List<string> Draw(TopState state, int width, int height) =>
        [.. new TopScreen(width, height, Glyphs.Unicode).Draw(state, TopSample.Now).Select(line => line.Text)];

    private static async Task<string> CompareAsync(string name, TopState state, int width, int height, Glyphs glyphs)
    {
        var screen = string.Concat(new TopScreen(width, height, glyphs).Draw(state, TopSample.Now).Select(line => $"{line.Text.TrimEnd()}\n"));
        var expected = RepositoryRoot.File("tests", "DurableQueue.Cli.Tests", "Screens", $"{name}.txt");
        Assert.True(File.Exists(expected) && await File.ReadAllTextAsync(expected) == screen, $"Not the screen in {expected}:\n{screen}");
        return screen;
    }

    [GeneratedRegex(@"\u001b\[\d+;1H")]
    private static partial Regex CursorMoves();
}
