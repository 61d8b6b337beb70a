namespace DurableQueue.Sqlite;

/// <summary>The column <c>settling.kind</c>: <see cref="Dependencies.CascadeKind"/> by number.</summary>
internal static class CascadeCode
{
    public const string Doomed = "2";
}
