using DurableQueue;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace EfCore;

/// <summary>
/// The application's database. Saving new orders stores the tasks that ship them, in the same transaction: the ids that the tasks need are known when the
/// rows are written, and nobody sees one without the other.
/// </summary>
internal sealed class ShopContext(DbContextOptions<ShopContext> options, ITaskQueue? queue = null) : DbContext(options)
{
    public DbSet<Order> Orders => Set<Order>();

    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        var added = ChangeTracker.Entries<Order>().Where(entry => entry.State == EntityState.Added).Select(entry => entry.Entity).ToList();
        if (queue is null || added.Count == 0)
        {
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        }

        // One that the caller has begun is the caller's to commit.
        var own = Database.CurrentTransaction is null ? await Database.BeginTransactionAsync(cancellationToken) : null;
        await using (own)
        {
            var rows = await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
            var transaction = Database.CurrentTransaction!.GetDbTransaction();
            foreach (var order in added)
            {
                await queue.EnqueueAsync("order.ship", new ShipOrder(order.Id), transaction, cancellationToken: cancellationToken);
            }

            await (own?.CommitAsync(cancellationToken) ?? Task.CompletedTask);
            return rows;
        }
    }
}
