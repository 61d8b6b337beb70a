using DurableQueue.Queueing;

namespace DurableQueue.Sqlite.Operations;

/// <summary>
/// Takes the best ready tasks: from the best lane as many as come before the head of the second best, then again. It reads the
/// tasks it takes and a few lane rows, however long the backlog is.
/// </summary>
internal sealed class CheckoutTasks(CheckoutRequest request, int most) : SharedOperation<CheckoutTasks, IReadOnlyList<LeasedTask>>
{
    private readonly CheckoutRequest request = request;
    private readonly int most = most;
    private readonly long leaseOfRequestMs = NewTaskRules.LeaseMs(request.LeaseDuration, nameof(request.LeaseDuration));

    public override bool ComesLast => true;

    protected override bool CanServe(CheckoutTasks other) => most + other.most <= Limits.BatchSize && AsksForTheSame(other.request);

    protected override IReadOnlyList<LeasedTask> ExecuteForAll(WriteContext context)
    {
        context.Workers.Register(request);
        FireSchedules.Run(context);
        PromoteDue.Run(context);
        ExpireApprovals.Run(context);
        ReapExpired.Run(context);
        context.Budgets.Reopening.Run();

        // What the reaped tasks released is ready for this checkout, and for those that it serves.
        context.Cascade.RunAfterOperation();
        return ShareOut(Take(context, most + Served.Sum(other => other.most)));
    }

    private List<LeasedTask> Take(WriteContext context, int count)
    {
        var types = request.Types?.Select(context.Lanes.Types.Find).OfType<long>().ToArray();
        var claims = new LaneClaims(context, request, leaseOfRequestMs);
        HashSet<long>? empty = null;
        while (claims.Taken.Count < count)
        {
            context.Budgets.Refresh();
            context.Lanes.Refresh();
            var ranking = BestLanes.Find(context, request.Groups, types);
            if (ranking.Best is not { } best)
            {
                break;
            }

            if (claims.HasSetAsideEnough)
            {
                // The next checkout continues.
                context.Effects.Ready = true;
                break;
            }

            // A head that was wrong is read again; one that still cannot be taken would be offered without end.
            var before = claims.Removed;
            claims.TakeFrom(context.Lanes.ById(best.Id), ranking.Through, count - claims.Taken.Count);
            if (claims.Removed == before && !(empty ??= []).Add(best.Id))
            {
                throw SqliteErrors.Contradiction($"lane {best.Id} offers a task that it does not have");
            }
        }

        return claims.Taken;
    }

    /// <summary>The first for itself, the next for those that it serves, in their order.</summary>
    private List<LeasedTask> ShareOut(List<LeasedTask> taken)
    {
        if (Served.Count == 0)
        {
            return taken;
        }

        var next = Math.Min(most, taken.Count);
        foreach (var other in Served)
        {
            var count = Math.Min(other.most, taken.Count - next);
            other.Give(taken.GetRange(next, count));
            next += count;
        }

        return taken.GetRange(0, Math.Min(most, taken.Count));
    }

    private bool AsksForTheSame(CheckoutRequest other) =>
        ReferenceEquals(request, other)
        || (request.Worker == other.Worker
            && request.LeaseDuration == other.LeaseDuration
            && AreSame(request.Groups, other.Groups)
            && AreSame(request.Types, other.Types)
            && AreSame(request.AdoptedTypes, other.AdoptedTypes));

    private static bool AreSame(IReadOnlyList<string>? first, IReadOnlyList<string>? second) =>
        ReferenceEquals(first, second) || (first is not null && second is not null && first.SequenceEqual(second));
}
