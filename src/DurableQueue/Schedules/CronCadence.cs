namespace DurableQueue.Schedules;

/// <summary>
/// A cron expression in a time zone. Between two changes of the clocks local time and real time run alike, so the search goes from one change to the
/// next: a time that the change leaves out fires at the change, and of a time that comes twice the second is left out if the expression is fixed.
/// </summary>
internal sealed class CronCadence(CronExpression cron, ZoneClock zone) : Cadence
{
    public override long? Next(long afterMs)
    {
        var at = afterMs;
        var local = zone.ToLocal(at);
        while (cron.Next(local) is { } named)
        {
            var moment = at + (long)(named - zone.ToLocal(at)).TotalMilliseconds;
            if (zone.FindChange(at, moment) is { } change)
            {
                var skippedFrom = zone.ToLocal(at).AddMilliseconds(change - at);
                local = zone.ToLocal(change);
                if (named >= skippedFrom && named < local)
                {
                    return change;
                }

                // What the clocks show at the change itself is to be found as well.
                at = change;
                local = local.AddTicks(-1);
            }
            else if (!cron.IsInterval && zone.IsSecondTime(moment))
            {
                at = moment;
                local = named;
            }
            else
            {
                return moment;
            }
        }

        return null;
    }

    public override long OffsetMs(long ms) => zone.OffsetMs(ms);

    /// <summary>A fixed time comes once a day: the search continues where the clocks, by the new rules, show what they showed then.</summary>
    public override long Rebase(long ms, long oldOffsetMs) => cron.IsInterval ? ms : Math.Max(ms, ms + oldOffsetMs - OffsetMs(ms));

    public override DateTimeOffset Show(long ms) => zone.Show(ms);
}
