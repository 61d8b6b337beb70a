using DurableQueue;

namespace Outbox;

/// <summary>The payload of the task that is stored with an order.</summary>
internal sealed record ShipOrder(long Order);

/// <summary>Ships it. A second run for the same order changes nothing.</summary>
internal sealed class ShipOrderHandler(Shop shop) : ITaskHandler<ShipOrder>
{
    public Task HandleAsync(ShipOrder payload, TaskContext context, CancellationToken cancellationToken)
    {
        shop.MarkShipped(payload.Order);
        return Console.Out.WriteLineAsync($"order {payload.Order}: shipped by task {context.Id}, attempt {context.Attempt}");
    }
}
