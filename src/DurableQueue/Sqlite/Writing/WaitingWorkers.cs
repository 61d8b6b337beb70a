using DurableQueue.Queueing;
using DurableQueue.Sqlite.Operations;
using DurableQueue.Storage;

namespace DurableQueue.Sqlite;

/// <summary>
/// The checkouts of workers that wait. A batch that makes something ready runs them before its commit: from the enqueue to the handler it is one sync
/// then, not two.
/// </summary>
/// <param name="begun">Called when one was taken into a batch, before the commit: waking the worker takes as long as the sync.</param>
/// <param name="dispatcher">Where the workers continue.</param>
internal sealed class WaitingWorkers(Action begun, Dispatcher dispatcher)
{
    private readonly Lock gate = new();
    private readonly List<Place> places = [];
    private readonly Dispatcher dispatcher = dispatcher;

    /// <summary>From now on the next batch with something for it may take it, once.</summary>
    public Place Add(WaitingWorker checkout)
    {
        var place = new Place(this, checkout);
        lock (gate)
        {
            places.Add(place);
        }

        return place;
    }

    /// <summary>Those that have free slots now; they stand no longer.</summary>
    public IReadOnlyList<CheckoutTasks> Take()
    {
        List<CheckoutTasks>? taken = null;
        lock (gate)
        {
            foreach (var place in places)
            {
                if (place.Begin() is { } operation)
                {
                    (taken ??= []).Add(operation);
                }
            }

            if (taken is null)
            {
                return [];
            }

            places.RemoveAll(place => place.Operation is not null);
        }

        begun();
        return taken;
    }

    /// <summary>One worker's.</summary>
    internal sealed class Place(WaitingWorkers all, WaitingWorker checkout)
    {
        /// <summary>Set once, when a batch takes it.</summary>
        public CheckoutTasks? Operation { get; private set; }

        /// <returns>The operation if a batch has taken it: its answer has to be awaited. Else it stands no longer.</returns>
        public CheckoutTasks? Withdraw()
        {
            lock (all.gate)
            {
                all.places.Remove(this);
                return Operation;
            }
        }

        public CheckoutTasks? Begin()
        {
            var slots = Math.Min(checkout.TakeSlots(), Limits.BatchSize);
            return Operation = slots > 0 ? new CheckoutTasks(checkout.Request, slots) { Dispatcher = all.dispatcher } : null;
        }
    }
}
