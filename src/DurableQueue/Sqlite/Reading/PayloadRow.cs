namespace DurableQueue.Sqlite;

/// <summary>A payload as the reading statements give it.</summary>
internal sealed class PayloadRow : IStoredRow<PayloadRow>
{
    public long Id { get; init; }

    public byte[]? Payload { get; init; }

    public byte[]? Result { get; init; }

    /// <summary>Where <see cref="Shared"/> was cut out.</summary>
    public long? SharedAt { get; init; }

    /// <summary>The part of the payload that is stored once for many tasks.</summary>
    public byte[]? Shared { get; init; }

    public static PayloadRow Read(StoredCells cells) => new()
    {
        Id = cells.Long(),
        Payload = cells.NullableBytes(),
        Result = cells.NullableBytes(),
        SharedAt = cells.NullableLong(),
        Shared = cells.NullableBytes(),
    };

    public ReadOnlyMemory<byte> ToPayload() => Payload is null ? default : Shared is null ? Payload : SharedParts.Join(Payload, Shared, (int)SharedAt!.Value);
}
