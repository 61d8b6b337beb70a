namespace DurableQueue.Cli.Top;

/// <summary>A line of text that is being typed.</summary>
internal sealed class LineInput(string text)
{
    public string Text { get; private set; } = text;

    /// <summary>Where the next letter goes.</summary>
    public int Cursor { get; private set; } = text.Length;

    /// <summary>What is wrong with the text; empty until it was entered.</summary>
    public string Error { get; set; } = "";

    public void Type(ConsoleKeyInfo key)
    {
        Error = "";
        var isControl = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        switch (key.Key)
        {
            case ConsoleKey.Backspace when Cursor > 0:
                Remove(Before(), Cursor);
                break;
            case ConsoleKey.Delete when Cursor < Text.Length:
                Remove(Cursor, After());
                break;
            case ConsoleKey.LeftArrow:
                Cursor = Before();
                break;
            case ConsoleKey.RightArrow:
                Cursor = After();
                break;
            case ConsoleKey.Home or ConsoleKey.A when key.Key == ConsoleKey.Home || isControl:
                Cursor = 0;
                break;
            case ConsoleKey.End or ConsoleKey.E when key.Key == ConsoleKey.End || isControl:
                Cursor = Text.Length;
                break;
            case ConsoleKey.U when isControl:
                Remove(0, Cursor);
                break;
            case ConsoleKey.W when isControl:
                Remove(Text.AsSpan(0, Cursor).TrimEnd(' ').LastIndexOf(' ') + 1, Cursor);
                break;
            default:
                if (!char.IsControl(key.KeyChar))
                {
                    Text = Text.Insert(Cursor, $"{key.KeyChar}");
                    Cursor++;
                }

                break;
        }
    }

    private int Before() => Cursor > 1 && char.IsLowSurrogate(Text[Cursor - 1]) ? Cursor - 2 : Math.Max(0, Cursor - 1);

    private int After() => Cursor < Text.Length && char.IsHighSurrogate(Text[Cursor]) ? Math.Min(Text.Length, Cursor + 2) : Math.Min(Text.Length, Cursor + 1);

    private void Remove(int from, int to)
    {
        Text = Text.Remove(from, to - from);
        Cursor = from;
    }
}
