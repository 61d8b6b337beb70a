using DurableQueue.Storage;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Deletes entries from before a time that have left the windows of their counters, and empty usage counters: one chunk.</summary>
internal sealed class PruneUsage(long beforeMs, long afterCounter) : WriteOperation<PruneProgress>
{
    private const int MostCounters = 200;
    private const int MostEntries = 2_000;

    private const string SelectCounters = "SELECT id FROM budget_meter WHERE id > @after ORDER BY id LIMIT @limit";

    private const string DeleteEntries =
        """
        DELETE FROM budget_entry
        WHERE meter_id = @meter AND at_ms IN (
          SELECT at_ms FROM budget_entry WHERE meter_id = @meter AND at_ms < @before ORDER BY at_ms LIMIT @limit)
        """;

    private const string DeleteEmpty =
        """
        DELETE FROM budget_meter
        WHERE id = @meter AND closed = 0 AND reserved = 0 AND total = 0
          AND NOT EXISTS (SELECT 1 FROM budget_entry WHERE meter_id = @meter)
          AND NOT EXISTS (SELECT 1 FROM budget_parked WHERE meter_id = @meter)
          AND NOT EXISTS (SELECT 1 FROM budget_reservation WHERE meter_id = @meter)
        """;

    public override bool StartsBatch => true;

    protected override PruneProgress Execute(WriteContext context)
    {
        var ids = new List<long>();
        var select = context.Db[SelectCounters].Bind("@after", afterCounter).Bind("@limit", MostCounters);
        while (select.Step())
        {
            ids.Add(select.Long(0));
        }

        var found = ids.ConvertAll(context.Budgets.Counters.Get);

        // While a counter has room its window stays where it was. Moved to now, it leaves more to delete. Rows in memory are dropped because they may be deleted here.
        context.Budgets.WriteEntries(found);
        context.Budgets.Forget();
        var (deleted, last) = (0, afterCounter);
        foreach (var counter in found)
        {
            var left = MostEntries - deleted;
            if (left <= 0)
            {
                return new PruneProgress(deleted, last, IsLast: false);
            }

            var gone = context.Db[DeleteEntries].Bind("@meter", counter.Id).Bind("@before", Math.Min(beforeMs, counter.FromMs)).Bind("@limit", left).Run();
            deleted += gone;
            if (gone == left)
            {
                return new PruneProgress(deleted, last, IsLast: false);
            }

            context.Db[DeleteEmpty].Bind("@meter", counter.Id).Run();
            last = counter.Id;
        }

        return new PruneProgress(deleted, last, found.Count < MostCounters);
    }
}
