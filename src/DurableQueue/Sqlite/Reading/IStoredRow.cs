namespace DurableQueue.Sqlite;

/// <summary>A row that reads itself from the columns of its statement, in their order.</summary>
internal interface IStoredRow<out TSelf>
    where TSelf : IStoredRow<TSelf>
{
    static abstract TSelf Read(StoredCells cells);
}
