namespace DurableQueue.Processes.Running;

/// <summary>Cuts text at the border of a character.</summary>
internal static class TextCut
{
    /// <summary>The beginning, with at most this many characters.</summary>
    public static string Start(string text, int most) =>
        text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];
}
