namespace DurableQueue.Mcp.Calls;

/// <summary>How many items a list may have.</summary>
/// <param name="least">The fewest.</param>
/// <param name="most">The most.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ItemCountAttribute(int least, int most) : Attribute
{
    public int Least => least;

    public int Most => most;
}
