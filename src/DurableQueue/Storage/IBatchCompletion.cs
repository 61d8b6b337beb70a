namespace DurableQueue.Storage;

/// <summary>A store in which what is asked for next can join the transaction of a completion.</summary>
internal interface IBatchCompletion
{
    /// <summary>Completes as <see cref="ITaskQueue.CompleteAsync(IReadOnlyList{TaskCompletion}, CancellationToken)"/> does.</summary>
    /// <param name="tasks">The attempts, each with its result.</param>
    /// <param name="inLine">
    /// Called once nothing that is asked for from then on can come before the completion: a checkout that counts on the slots of these
    /// tasks may be asked for, and is likely to be in the same transaction.
    /// </param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    ValueTask<IReadOnlyList<bool>> CompleteAsync(IReadOnlyList<TaskCompletion> tasks, Action inLine, CancellationToken cancellationToken);
}
