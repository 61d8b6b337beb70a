using DurableQueue.Dependencies;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>Cascade work that is stored until a transaction has time for it.</summary>
internal sealed class CascadeRecords(WriteConnection db)
{
    private const string SelectAny = "SELECT EXISTS (SELECT 1 FROM settling)";

    private const string Select = "SELECT id, kind, subject, done_through, reason FROM settling ORDER BY id LIMIT 1000";

    private const string Delete = "DELETE FROM settling WHERE id <= @through";

    private const string Insert = "INSERT INTO settling (kind, subject, done_through, reason) VALUES (@kind, @subject, @doneThrough, @reason)";

    /// <summary>Whether there is stored work, of this process or another.</summary>
    public static bool ReadAny(SqliteConnection connection) => connection.ReadNumber(SelectAny) == 1;

    /// <summary>Takes the oldest stored work.</summary>
    public void MoveTo(CascadeWork work)
    {
        var through = 0L;
        var select = db[Select];
        while (select.Step())
        {
            through = select.Long(0);
            work.Add(new CascadeItem((CascadeKind)select.Int(1), select.Long(2), select.Long(3), select.NullableText(4)));
        }

        if (!work.IsEmpty)
        {
            db[Delete].Bind("@through", through).Run();
        }
    }

    /// <summary>Stores what was postponed.</summary>
    public void Save(CascadeWork work)
    {
        foreach (var item in work.Postponed)
        {
            db[Insert].Bind("@kind", (long)item.Kind)
                .Bind("@subject", item.Subject)
                .Bind("@doneThrough", item.DoneThrough)
                .Bind("@reason", item.Reason)
                .Run();
        }

        work.ClearPostponed();
    }
}
