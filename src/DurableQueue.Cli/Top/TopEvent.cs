namespace DurableQueue.Cli.Top;

/// <summary>Something that the screen reacts to.</summary>
internal abstract record TopEvent
{
    /// <summary>A key.</summary>
    internal sealed record Pressed(ConsoleKeyInfo Key) : TopEvent;

    /// <summary>It is time to read the queue.</summary>
    internal sealed record Ticked : TopEvent;

    /// <summary>The queue was read.</summary>
    internal sealed record HasRead(TopData Data) : TopEvent;

    /// <summary>The queue can't be read.</summary>
    internal sealed record CannotRead(string Reason) : TopEvent;

    /// <summary>An action has ended.</summary>
    internal sealed record HasActed(string Message) : TopEvent;

    /// <summary>The size of the terminal has changed.</summary>
    internal sealed record Resized : TopEvent;

    /// <summary>Ctrl-Z.</summary>
    internal sealed record Stops : TopEvent;

    /// <summary>The terminal is this program's again.</summary>
    internal sealed record Continues : TopEvent;

    /// <summary>The terminal is gone.</summary>
    internal sealed record Gone : TopEvent;
}
