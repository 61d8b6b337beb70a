using System.Text;

namespace DurableQueue.Cli.Top;

/// <summary>Brings lines to the terminal. Only lines that have changed are written, so that nothing flickers and a screen that stays as it is costs nothing.</summary>
/// <param name="write">Writes to the terminal.</param>
/// <param name="color">The terminal shows colors.</param>
internal sealed class ScreenWriter(Action<string> write, bool color)
{
    /// <summary>The alternate screen, without a cursor, where a line that is too long is cut by the terminal.</summary>
    private const string EnterScreen = "\u001b[?1049h\u001b[?25l\u001b[?7l";
    private const string LeaveScreen = "\u001b[?7h\u001b[?25h\u001b[?1049l";
    private const string Clear = "\u001b[H\u001b[2J";
    private const string ClearToEnd = "\u001b[K";

    private string[] shown = [];
    private (int Width, int Height) size;

    public void Enter()
    {
        Forget();
        write(EnterScreen);
    }

    public void Leave() => write(LeaveScreen);

    /// <summary>The next screen is written as a whole: the terminal may show something else by now.</summary>
    public void Forget() => shown = [];

    public void Write(IReadOnlyList<ScreenLine> lines, int width, int height)
    {
        var output = new StringBuilder();
        if (shown.Length == 0 || size != (width, height))
        {
            output.Append(Clear);
            (shown, size) = ([.. Enumerable.Repeat("", height)], (width, height));
        }

        for (var row = 0; row < lines.Count; row++)
        {
            var line = lines[row].ToAnsi(width, color);
            if (line == shown[row])
            {
                continue;
            }

            // After a line as wide as the screen, the last cell would be cleared.
            var isFull = lines[row].Selected || lines[row].Width >= width;
            output.Append(System.Globalization.CultureInfo.InvariantCulture, $"\u001b[{row + 1};1H{line}{(isFull ? "" : ClearToEnd)}");
            shown[row] = line;
        }

        if (output.Length > 0)
        {
            write(output.ToString());
        }
    }
}
