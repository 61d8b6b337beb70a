namespace EfCore;

/// <summary>An entity of the application.</summary>
internal sealed class Order
{
    public long Id { get; set; }

    public required string Item { get; set; }

    public bool Shipped { get; set; }
}
