namespace DurableQueue.Storage;

/// <summary>What a worker that waits takes in the very transaction that makes something ready, where the store can do that.</summary>
/// <param name="Request">As for a checkout.</param>
/// <param name="TakeSlots">
/// Takes the slots that are free at that moment, and says how many. Called by the store inside the transaction; it must not wait for anything.
/// </param>
internal sealed record WaitingWorker(CheckoutRequest Request, Func<int> TakeSlots);
