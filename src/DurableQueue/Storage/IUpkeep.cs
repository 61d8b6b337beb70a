namespace DurableQueue.Storage;

/// <summary>A store whose regular work is done by one of the processes that share it.</summary>
internal interface IUpkeep
{
    /// <summary>Takes a turn of regular work. Turns are a period apart, whichever process takes them; one whose process crashes is not made up for.</summary>
    /// <param name="work">Names the work.</param>
    /// <param name="period">How long until the next turn.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued.</param>
    /// <returns>False: it is not due yet.</returns>
    ValueTask<bool> TryTakeTurnAsync(string work, TimeSpan period, CancellationToken cancellationToken);
}
