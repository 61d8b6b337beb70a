using DurableQueue.Cli.Logs;
using DurableQueue.Cli.Output;
using DurableQueue.Cli.Top;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>The parts of <c>dq top</c> that are functions: typing, selecting, styles.</summary>
public sealed class TopPiecesTests
{
    [Fact]
    public void Type_KeysOfALine_EditIt()
    {
        var input = new LineInput("status=failed");

        Type(input, ConsoleKey.Home);
        Type(input, ConsoleKey.Delete);
        Type(input, 'S');
        Assert.Equal("Status=failed", input.Text);
        Type(input, ConsoleKey.End);
        Type(input, ' ', 'x', 'y');
        Type(input, ConsoleKey.LeftArrow);
        Type(input, ConsoleKey.Backspace);
        Assert.Equal(("Status=failed y", 14), (input.Text, input.Cursor));
        Type(input, ConsoleKey.E, isControl: true);
        Type(input, ConsoleKey.W, isControl: true);
        Assert.Equal("Status=failed ", input.Text);
        Type(input, ConsoleKey.U, isControl: true);
        Assert.Equal(("", 0), (input.Text, input.Cursor));
        Type(input, '\ud83d', '\ude80');
        Type(input, ConsoleKey.Backspace);
        Assert.Equal("", input.Text);
    }

    [Fact]
    public void TypeFilter_Mistake_KeepsTheFilterAndNamesTheColumn()
    {
        var state = TopSample.State();
        var before = state.Filter = TaskFilter.Parse("group=ml", TimeProvider.System);
        var input = state.FilterInput = new LineInput("group=ml and");

        Assert.False(TopTyping.TypeFilter(state, input, Key(ConsoleKey.Enter), TimeProvider.System));

        Assert.Same(before, state.Filter);
        Assert.StartsWith("column 13: ", input.Error, StringComparison.Ordinal);
        Type(input, ' ');
        Assert.Equal("", input.Error);
        Assert.False(TopTyping.TypeFilter(state, input, Key(ConsoleKey.Escape), TimeProvider.System));
        Assert.Null(state.FilterInput);
        Assert.Same(before, state.Filter);
    }

    [Fact]
    public void Update_TaskThatMoved_StaysSelected()
    {
        var state = TopSample.State();
        state.Move(3);
        var id = state.Task!.Id;
        state.DetailsFrom = 2;

        state.Update(state.Data with { Tasks = [.. state.Data.Tasks.Reverse()] });
        Assert.Equal((id, 2), (state.Task!.Id, state.DetailsFrom));

        state.Update(state.Data with { Tasks = [.. state.Data.Tasks.Where(task => task.Id != id)] });
        Assert.NotEqual(id, state.Task!.Id);
        Assert.Equal(0, state.DetailsFrom);

        state.Update(state.Data with { Tasks = [] });
        Assert.Null(state.Task);
    }

    [Fact]
    public void ToAnsi_WithoutColor_HasOnlyInverse()
    {
        var state = TopSample.State();

        var lines = new TopScreen(80, 24, Glyphs.Unicode).Draw(state, TopSample.Now).Select(line => line.ToAnsi(80, color: false)).ToList();

        Assert.All(lines, line => Assert.DoesNotMatch(@"\u001b\[(?!7m|0m)", line));
        Assert.Contains(lines, line => line.Contains("\u001b[7m", StringComparison.Ordinal));
    }

    [Fact]
    public void Log_TextThatIsSought_IsInverse()
    {
        var state = TopSample.State();
        (state.Log, state.Sought) = (new LogPage(1, ["one two one"]), "one");

        var line = new TopScreen(80, 24, Glyphs.Unicode).Draw(state, TopSample.Now).Single(line => line.Text.StartsWith("one", StringComparison.Ordinal));

        Assert.Equal("\u001b[7mone\u001b[0m two \u001b[7mone\u001b[0m", line.ToAnsi(80, color: true));
    }

    private static void Type(LineInput input, params char[] letters)
    {
        foreach (var letter in letters)
        {
            input.Type(new ConsoleKeyInfo(letter, ConsoleKey.None, shift: false, alt: false, control: false));
        }
    }

    private static void Type(LineInput input, ConsoleKey key, bool isControl = false) => input.Type(Key(key, isControl));

    private static ConsoleKeyInfo Key(ConsoleKey key, bool isControl = false) => new('\0', key, shift: false, alt: false, isControl);
}
