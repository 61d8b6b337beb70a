// Run it with: dotnet run --project samples/EfCore
// An application with EF Core keeps its tasks in its own database: an order and the task that ships it are saved together, or neither is.
using DurableQueue;
using EfCore;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var directory = Directory.CreateTempSubdirectory("durable-queue-efcore-");
try
{
    return await RunAsync(Path.Combine(directory.FullName, "shop.db"));
}
finally
{
    SqliteConnection.ClearAllPools();
    directory.Delete(recursive: true);
}

static async Task<int> RunAsync(string path)
{
    // First the application's tables: EF Core creates the database. This context knows no queue.
    await MigrateAsync(path, "20260105080000_Orders");

    var builder = Host.CreateEmptyApplicationBuilder(null);
    builder.Services.AddDbContext<ShopContext>(options => Configure(options, path));
    builder.Services.AddDurableQueue(q => q
        .UseSqlite(path, o => o with { AdoptExisting = true })
        .AddHandler<ShipOrder, ShipOrderHandler>("order.ship")
        .AddWorker(w => w.Concurrency = 2));
    using var host = builder.Build();

    // Then the host, which opens the queue: the first time, this creates its tables beside those of the application.
    await host.StartAsync();

    // Later versions of the application migrate as ever, also while a queue is open.
    await MigrateAsync(path, null);

    await PlaceOrderAsync(host, "a book", commit: true);
    await PlaceOrderAsync(host, "a regret", commit: false);

    var queue = host.Services.GetRequiredService<ITaskQueue>();
    using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
    await queue.Inspector.WaitAsync(TaskSelector.All, cancellationToken: patience.Token);
    var tasks = (await queue.Inspector.CountAsync()).Total;
    var isSound = (await queue.Inspector.VerifyAsync()).IsSound;
    List<Order> orders;
    string[] pending;
    await using (var shop = new ShopContext(Configure(new DbContextOptionsBuilder<ShopContext>(), path).Options))
    {
        orders = await shop.Orders.AsNoTracking().ToListAsync();
        pending = [.. await shop.Database.GetPendingMigrationsAsync()];
    }

    await host.StopAsync();
    foreach (var order in orders)
    {
        Console.WriteLine($"order {order.Id}: {order.Item}, {(order.Shipped ? "shipped" : "not shipped")}");
    }

    Console.WriteLine($"tasks in the queue: {tasks.Done} done, {tasks.Unfinished} unfinished");
    var asPromised = orders is [{ Item: "a book", Shipped: true }] && tasks is { Total: 1, Done: 1 } && isSound && pending.Length == 0;
    Console.WriteLine(asPromised ? "As promised: what was saved was shipped, what was rolled back never was." : "NOT as promised.");
    return asPromised ? 0 : 1;
}

static async Task MigrateAsync(string path, string? target)
{
    await using var shop = new ShopContext(Configure(new DbContextOptionsBuilder<ShopContext>(), path).Options);
    await shop.GetService<IMigrator>().MigrateAsync(target);
}

static async Task PlaceOrderAsync(IHost host, string item, bool commit)
{
    await using var scope = host.Services.CreateAsyncScope();
    var shop = scope.ServiceProvider.GetRequiredService<ShopContext>();
    await using var transaction = await shop.Database.BeginTransactionAsync();
    var order = new Order { Item = item };
    shop.Orders.Add(order);
    await shop.SaveChangesAsync();
    await (commit ? transaction.CommitAsync() : transaction.RollbackAsync());
    Console.WriteLine($"order {order.Id} of {item}: {(commit ? "committed" : "rolled back")}");
}

static TBuilder Configure<TBuilder>(TBuilder options, string path)
    where TBuilder : DbContextOptionsBuilder
{
    options.UseSqlite($"Data Source={path}").AddInterceptors(new LeaveCheckpointsToTheQueue());
    return options;
}
