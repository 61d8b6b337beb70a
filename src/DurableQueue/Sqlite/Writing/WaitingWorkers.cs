using DurableQueue.Queueing;
using DurableQueue.Storage;

namespace DurableQueue.Sqlite;

/// <summary>
/// The checkouts of workers that wait for tasks. A batch that makes something ready runs them before its commit: between the enqueue and the handler
/// there is then one sync instead of two.
/// </summary>
/// <param name="checkout">Creates the checkout for a worker's request and its number of free slots.</param>
/// <param name="taken">Called when a batch has taken one, before the commit: waking the worker takes as long as the sync.</param>
/// <param name="dispatcher">Where the workers continue.</param>
internal sealed class WaitingWorkers(
    Func<CheckoutRequest, int, WriteOperation<IReadOnlyList<LeasedTask>>> checkout, Action taken, Dispatcher dispatcher)
{
    private readonly Lock sync = new();
    private readonly List<Registration> waiting = [];

    /// <summary>Registers a worker: the next batch with something for it may take its checkout, once.</summary>
    public Registration Add(WaitingWorker worker)
    {
        var registration = new Registration(this, worker);
        lock (sync)
        {
            waiting.Add(registration);
        }

        return registration;
    }

    /// <summary>Takes the checkouts of those that have free slots now; they no longer wait.</summary>
    public IReadOnlyList<WriteOperation<IReadOnlyList<LeasedTask>>> Take()
    {
        List<WriteOperation<IReadOnlyList<LeasedTask>>>? operations = null;
        lock (sync)
        {
            foreach (var registration in waiting)
            {
                if (registration.TryBegin() is { } operation)
                {
                    (operations ??= []).Add(operation);
                }
            }

            if (operations is null)
            {
                return [];
            }

            waiting.RemoveAll(registration => registration.Operation is not null);
        }

        taken();
        return operations;
    }

    /// <summary>One worker's wait.</summary>
    internal sealed class Registration(WaitingWorkers all, WaitingWorker worker)
    {
        /// <summary>Set once, when a batch takes it.</summary>
        public WriteOperation<IReadOnlyList<LeasedTask>>? Operation { get; private set; }

        /// <summary>Ends the wait.</summary>
        /// <returns>The checkout if a batch has taken it: its answer has to be awaited.</returns>
        public WriteOperation<IReadOnlyList<LeasedTask>>? Withdraw()
        {
            lock (all.sync)
            {
                all.waiting.Remove(this);
                return Operation;
            }
        }

        public WriteOperation<IReadOnlyList<LeasedTask>>? TryBegin()
        {
            var slots = Math.Min(worker.TakeSlots(), Limits.BatchSize);
            if (slots > 0)
            {
                Operation = all.Create(worker.Request, slots);
            }

            return Operation;
        }
    }

    private WriteOperation<IReadOnlyList<LeasedTask>> Create(CheckoutRequest request, int slots)
    {
        var operation = checkout(request, slots);
        operation.Dispatcher = dispatcher;
        return operation;
    }
}
