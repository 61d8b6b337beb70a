namespace DurableQueue.Sqlite;

/// <summary>The column <c>settling.kind</c>: <see cref="Dependencies.CascadeKind"/> by number.</summary>
internal static class CascadeCode
{
    public const string Dependents = "0";
    public const string CancelTree = "1";
    public const string Doomed = "2";
    public const string Unbreak = "3";
    public const string ReviveTree = "4";
}
