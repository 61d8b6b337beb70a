namespace DurableQueue.Storage;

/// <summary>A store that can tell how it is.</summary>
internal interface IHealthSource
{
    /// <summary>Goes once through the writer, without writing, and reads the rest beside it.</summary>
    /// <exception cref="QueueStorageException">The store cannot be written or read now.</exception>
    ValueTask<StoreHealth> LookAsync(CancellationToken cancellationToken);

    /// <summary>The same without the way through the writer: <see cref="StoreHealth.WriterWait"/> is zero.</summary>
    /// <exception cref="QueueStorageException">The store cannot be read now.</exception>
    ValueTask<StoreHealth> ReadAsync(CancellationToken cancellationToken);
}
