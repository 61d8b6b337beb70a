using System.Runtime.InteropServices;
using DurableQueue.Budgets;

namespace DurableQueue.Sqlite;

/// <summary>What the budgets are asked when tasks are checked out.</summary>
internal sealed class BudgetAdmission(
    BudgetPolicies policies, UsageCounterCache counters, CostRecords costs, BudgetReservations reservations, BudgetParking parking,
    BudgetReopening reopening, UsageReview review)
{
    /// <summary>Of lanes whose tasks all count on the same counters.</summary>
    private readonly Dictionary<long, Counted[]> ofLanes = [];

    private readonly HashSet<UsageCounter> followed = [];
    private readonly List<Demand> demands = [];
    private readonly List<Counted> counted = [];
    private readonly List<Claim> claims = [];

    /// <summary>Asks whether a task may start, and if so counts the start and reserves its estimate.</summary>
    /// <param name="lane">Where it is ready.</param>
    /// <param name="task">As it would be leased.</param>
    public AdmissionResult Admit(LaneState lane, LeasedTask task)
    {
        var starts = CountersOf(lane, task);
        if (!lane.Forced && Decide(starts) is { By: { } full } rejected)
        {
            if (rejected.Kind == AdmissionKind.CloseLane)
            {
                // The lane is still open: the window was less full when the counter was last reviewed.
                counters.Touch(full);
            }
            else if (rejected.Kind == AdmissionKind.Refuse)
            {
                LeaveLines(starts, full);
            }

            return rejected;
        }

        LeaveLines(starts, refuser: null);
        foreach (var (counter, amount) in starts)
        {
            if (counter.Key.Unit == BudgetCap.Starts)
            {
                counters.Add(counter, amount);
            }
            else if (amount > 0)
            {
                reservations.Reserve(task.Lease, counter, amount);
            }
        }

        return new AdmissionResult(AdmissionKind.Admit, null);
    }

    /// <summary>Takes a ready task that may not start out of its list: it waits for the counter that has no room, or fails.</summary>
    public void SetAside(TaskId id, AdmissionResult result)
    {
        var counter = result.By!;
        if (result.Kind == AdmissionKind.Refuse)
        {
            parking.Refuse(id, review.Refusal(counter));
            return;
        }

        parking.Park(id, counter);
        counters.Touch(counter);
    }

    /// <summary>After tasks were leased or refused: where they left room, the next of those that wait may try.</summary>
    public void LetFollow()
    {
        foreach (var counter in followed)
        {
            reopening.LetOneGo(counter);
        }

        followed.Clear();
    }

    public void Forget()
    {
        ofLanes.Clear();
        followed.Clear();
    }

    private AdmissionResult Decide(ReadOnlySpan<Counted> starts)
    {
        claims.Clear();
        foreach (var (counter, amount) in starts)
        {
            claims.Add(new Claim(counter.Usage, amount));
        }

        // The window of a counter is moved only if the task does not fit without that.
        var asked = CollectionsMarshal.AsSpan(claims);
        var admission = Admission.Decide(asked);
        for (var advanced = -1; admission.By > advanced; admission = Admission.Decide(asked))
        {
            advanced = admission.By;
            var (counter, amount) = starts[advanced];
            counters.Advance(counter);
            asked[advanced] = new Claim(counter.Usage, amount);
        }

        return new AdmissionResult(admission.Kind, admission.By < 0 ? null : starts[admission.By].Counter);
    }

    /// <summary>The counters that the start of a task counts on. Valid until the next call.</summary>
    private ReadOnlySpan<Counted> CountersOf(LaneState lane, LeasedTask task)
    {
        var own = policies.AnyEstimate ? costs.FindEstimate(task.Id) : null;
        var current = policies.Current;
        var command = current.Commands.Count == 0 ? null : PayloadText.Command.Find(lane.Type, task.Payload.Span);
        var ofLane = own is null && current.MetadataKeys.Count == 0 && command is null;
        if (ofLane && ofLanes.TryGetValue(lane.Id, out var known))
        {
            return known;
        }

        demands.Clear();
        Demand.AddForLane(current, lane.Group.Name, lane.Type, own, demands);
        Demand.AddForMetadata(current, task.Metadata, own, demands);
        if (command is not null)
        {
            Demand.AddForCommand(current, command, own, demands);
        }

        counted.Clear();
        foreach (var (key, amount) in demands)
        {
            counted.Add(new Counted(counters.Get(key), amount));
        }

        return ofLane ? ofLanes[lane.Id] = [.. counted] : CollectionsMarshal.AsSpan(counted);
    }

    /// <summary>
    /// A task leaves the lines of tasks that wait for its counters, because it starts or is refused: the next of each line may try. One that is parked
    /// leaves none, for it may come back; if the next came with it, they would displace each other for the whole checkout.
    /// </summary>
    private void LeaveLines(ReadOnlySpan<Counted> starts, UsageCounter? refuser)
    {
        foreach (var (counter, _) in starts)
        {
            if (counter is { DueAtMs: not null, Closed: false } && counter != refuser)
            {
                followed.Add(counter);
            }
        }
    }

    private readonly record struct Counted(UsageCounter Counter, long Amount);
}
