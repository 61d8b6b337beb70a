namespace DurableQueue.Cli.Top;

/// <summary>A key: what it does, and how the footer and the help name it.</summary>
/// <param name="Action">What it does.</param>
/// <param name="Name">The name of the key; <see langword="null"/> for that of <see cref="Output.Glyphs.UpDown"/>.</param>
/// <param name="Short">For the footer.</param>
/// <param name="Description">For the help.</param>
/// <param name="IsPressed">Whether this is the key.</param>
internal sealed record TopKey(TopAction Action, string? Name, string Short, string Description, Func<ConsoleKeyInfo, bool> IsPressed)
{
    /// <summary>In the order of the footer, which shows as many as there is room for.</summary>
    public static readonly TopKey[] All =
    [
        new(TopAction.Quit, "q", "quit", "quit", Letter('q', 'Q')),
        new(TopAction.Help, "?", "help", "help", Letter('?')),
        new(TopAction.Up, null, "select", "select a task, or scroll", Either(Letter('k'), Key(ConsoleKey.UpArrow))),
        new(TopAction.Down, "", "", "", Either(Letter('j'), Key(ConsoleKey.DownArrow))),
        new(TopAction.Open, "enter", "open", "one task: details and log", Key(ConsoleKey.Enter)),
        new(TopAction.Filter, "f", "filter", "tasks that a query finds", Letter('f')),
        new(TopAction.Kill, "x", "kill", "kill, or cancel if queued", Letter('x')),
        new(TopAction.Retry, "r", "retry", "run it again", Letter('r')),
        new(TopAction.Approve, "a", "approve", "approve", Letter('a')),
        new(TopAction.Pane, "tab", "details", "details or log", Key(ConsoleKey.Tab)),
        new(TopAction.RunNow, "i", "run now", "run next, past limit and pause", Letter('i')),
        new(TopAction.Edit, "e", "edit", "edit in $VISUAL or $EDITOR", Letter('e')),
        new(TopAction.Stash, "s", "stash", "stash, or queue again", Letter('s')),
        new(TopAction.Suspend, "space", "pause", "pause or resume the command", Letter(' ')),
        new(TopAction.Group, "p", "group", "pause or start the group", Letter('p')),
        new(TopAction.Reject, "R", "reject", "reject", Letter('R')),
        new(TopAction.Older, "o", "older", "tasks that ended long ago", Letter('o')),
        new(TopAction.Search, "/", "search", "search the log upwards", Letter('/')),
        new(TopAction.SearchNext, "n", "", "the next match below", Letter('n')),
        new(TopAction.SearchPrevious, "N", "", "the next match above", Letter('N')),
        new(TopAction.PageUp, "pgup", "", "scroll log or details up", Key(ConsoleKey.PageUp)),
        new(TopAction.PageDown, "pgdn", "", "scroll them down", Key(ConsoleKey.PageDown)),
        new(TopAction.LogStart, "home", "", "beginning of the log", Key(ConsoleKey.Home)),
        new(TopAction.LogEnd, "end", "", "end of the log, follow it", Key(ConsoleKey.End)),
        new(TopAction.Left, "left", "", "shift the log back", Key(ConsoleKey.LeftArrow)),
        new(TopAction.Right, "right", "", "shift it, for long lines", Key(ConsoleKey.RightArrow)),
        new(TopAction.First, "g", "", "the first task", Letter('g')),
        new(TopAction.Last, "G", "", "the last task", Letter('G')),
        new(TopAction.Back, "esc", "", "back; remove the filter", Key(ConsoleKey.Escape)),
        new(TopAction.Redraw, "^L", "", "draw the screen again", key => key is { Key: ConsoleKey.L, Modifiers: ConsoleModifiers.Control }),
    ];

    public static TopAction? Find(ConsoleKeyInfo pressed) => Array.Find(All, key => key.IsPressed(pressed))?.Action;

    private static Func<ConsoleKeyInfo, bool> Letter(params char[] letters) => pressed => letters.Contains(pressed.KeyChar);

    private static Func<ConsoleKeyInfo, bool> Key(ConsoleKey key) => pressed => pressed.Key == key;

    private static Func<ConsoleKeyInfo, bool> Either(Func<ConsoleKeyInfo, bool> first, Func<ConsoleKeyInfo, bool> second) => pressed => first(pressed) || second(pressed);
}
