using DurableQueue.Storage;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Deletes what meters counted before a time and no longer count, and meters that are empty: one chunk.</summary>
internal sealed class PruneUsage(long beforeMs, long afterMeter) : WriteOperation<PruneProgress>
{
    private const int MostMeters = 200;
    private const int MostEntries = 2_000;

    private const string SelectMeters = "SELECT id FROM budget_meter WHERE id > @after ORDER BY id LIMIT @limit";

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
        var select = context.Db[SelectMeters].Bind("@after", afterMeter).Bind("@limit", MostMeters);
        while (select.Step())
        {
            ids.Add(select.Long(0));
        }

        var found = ids.ConvertAll(context.Budgets.Counters.Get);

        // A window stays where it was while there is room, and what is in memory goes by the rows that are deleted here.
        context.Budgets.WriteEntries(found);
        context.Budgets.Forget();
        var (deleted, last) = (0, afterMeter);
        foreach (var meter in found)
        {
            var left = MostEntries - deleted;
            if (left <= 0)
            {
                return new PruneProgress(deleted, last, IsLast: false);
            }

            var gone = context.Db[DeleteEntries].Bind("@meter", meter.Id).Bind("@before", Math.Min(beforeMs, meter.FromMs)).Bind("@limit", left).Run();
            deleted += gone;
            if (gone == left)
            {
                return new PruneProgress(deleted, last, IsLast: false);
            }

            context.Db[DeleteEmpty].Bind("@meter", meter.Id).Run();
            last = meter.Id;
        }

        return new PruneProgress(deleted, last, found.Count < MostMeters);
    }
}
