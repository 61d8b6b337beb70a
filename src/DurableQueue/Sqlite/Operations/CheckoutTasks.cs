using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using DurableQueue.Queueing;

namespace DurableQueue.Sqlite.Operations;

/// <summary>
/// Takes the best ready tasks: from the best lane as many as come before the head of the second best, then again. It reads the
/// tasks it takes and a few lane rows, however long the backlog is.
/// </summary>
internal sealed class CheckoutTasks(CheckoutRequest request, int most) : SharedOperation<CheckoutTasks, IReadOnlyList<LeasedTask>>, IValueTaskSource<LeasedTask?>
{
    private readonly CheckoutRequest request = request;
    private readonly int most = most;
    private readonly long leaseOfRequestMs = NewTaskRules.LeaseMs(request.LeaseDuration, nameof(request.LeaseDuration));

    /// <summary>For itself and for those that it serves.</summary>
    private int MostOfAll
    {
        get
        {
            var sum = most;
            for (var i = 0; i < Served.Count; i++)
            {
                sum += Served[i].most;
            }

            return sum;
        }
    }

    public override bool ComesLast => true;

    public override bool MayBeUnsynced => true;

    /// <summary>The answer for a caller that asked for one task: the first of the list, if there is any.</summary>
    public ValueTask<LeasedTask?> FirstAnswer => AnswerBy<LeasedTask?>(this);

    LeasedTask? IValueTaskSource<LeasedTask?>.GetResult(short token) => GetResult(token) is [var first, ..] ? first : null;

    protected override bool CanServe(CheckoutTasks other) => MostOfAll + other.most <= Limits.BatchSize && AsksForTheSame(other.request);

    protected override IReadOnlyList<LeasedTask> Execute(WriteContext context)
    {
        context.Workers.Register(request);
        var changes = context.Db.TotalChanges;
        FireSchedules.Run(context);
        PromoteDue.Run(context);
        ExpireApprovals.Run(context);
        ReapExpired.Run(context);
        context.Budgets.Reopening.Run();

        // What the reaped tasks released is ready for this checkout, and for those that it serves.
        context.Cascade.RunAfterOperation();
        if (context.Db.TotalChanges != changes)
        {
            context.RequireSync();
        }

        return ShareOut(Take(context, MostOfAll));
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
    private IReadOnlyList<LeasedTask> ShareOut(List<LeasedTask> taken)
    {
        if (Served.Count == 0)
        {
            return taken;
        }

        var left = CollectionsMarshal.AsSpan(taken);
        var mine = TakeFirst(ref left, most);
        foreach (var other in Served)
        {
            other.Give(TakeFirst(ref left, other.most));
        }

        return mine;
    }

    private static LeasedTask[] TakeFirst(ref Span<LeasedTask> left, int most)
    {
        var count = Math.Min(most, left.Length);
        var first = left[..count].ToArray();
        left = left[count..];
        return first;
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
