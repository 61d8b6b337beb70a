namespace Outbox;

/// <summary>A row of the application.</summary>
internal sealed class Order
{
    public long Id { get; init; }

    public string Item { get; init; } = "";

    public bool Shipped { get; init; }
}
