namespace DurableQueue.Mcp.Views;

/// <summary>Characters that several texts share: each gets at most half of what the ones before it left, and is cut to that.</summary>
/// <param name="characters">All of them together.</param>
internal sealed class TextBudget(int characters)
{
    private int left = characters;

    /// <summary>How much the next text may have.</summary>
    public int Share => Math.Max(left / 2, 50);

    public string? Cut(string? text)
    {
        var share = Share;
        Use(Math.Min(text?.Length ?? 0, share));
        return PlainText.Cut(text, share);
    }

    public void Use(int used) => left -= used;
}
