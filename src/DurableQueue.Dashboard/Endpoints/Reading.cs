namespace DurableQueue.Dashboard.Endpoints;

internal static class Reading
{
    /// <summary>No call reads more of a queue than this, however large it is: what was not searched is said.</summary>
    public static readonly ReadLimit Limit = new();
}
