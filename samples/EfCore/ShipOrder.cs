using DurableQueue;
using Microsoft.EntityFrameworkCore;

namespace EfCore;

/// <summary>The payload of the task that is stored with an order.</summary>
internal sealed record ShipOrder(long Order);

/// <summary>Ships it. A second run for the same order changes nothing.</summary>
internal sealed class ShipOrderHandler(ShopContext shop) : ITaskHandler<ShipOrder>
{
    public async Task HandleAsync(ShipOrder payload, TaskContext context, CancellationToken cancellationToken) =>
        await shop.Orders.Where(order => order.Id == payload.Order)
            .ExecuteUpdateAsync(order => order.SetProperty(row => row.Shipped, true), cancellationToken);
}
