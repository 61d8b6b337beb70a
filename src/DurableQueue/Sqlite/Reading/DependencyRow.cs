namespace DurableQueue.Sqlite;

/// <summary>A dependency as the reading statements give it.</summary>
internal sealed class DependencyRow : IStoredRow<DependencyRow>
{
    public const string Columns = """child AS Child, parent AS "On", condition AS "When", state AS State""";

    public long Child { get; init; }

    public long On { get; init; }

    public long When { get; init; }

    public long State { get; init; }

    public static DependencyRow Read(StoredCells cells) => new()
    {
        Child = cells.Long(),
        On = cells.Long(),
        When = cells.Long(),
        State = cells.Long(),
    };

    public DependencyInfo ToInfo() => new(new TaskId(On), (DependencyCondition)When, (DependencyState)State);
}
