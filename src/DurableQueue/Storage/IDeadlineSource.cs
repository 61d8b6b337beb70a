namespace DurableQueue.Storage;

/// <summary>A store that can tell when something becomes due in it by itself.</summary>
internal interface IDeadlineSource
{
    /// <summary>
    /// The next end of a delay or backoff that alone holds a task, occurrence of a schedule, end of a request for an approval, or time at which a budget
    /// may have room again. Leases are not among them.
    /// </summary>
    /// <param name="after">What is due then or earlier is left out.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<DateTimeOffset?> FindNextDueAsync(DateTimeOffset after, CancellationToken cancellationToken);
}
