// Run it with: dotnet run --project samples/Outbox
// An order and the task that ships it are stored in one transaction of the application: both or neither.
using Dapper;
using DurableQueue;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outbox;

var directory = Directory.CreateTempSubdirectory("durable-queue-outbox-");
try
{
    return await RunAsync(Path.Combine(directory.FullName, "shop.db"));
}
finally
{
    directory.Delete(recursive: true);
}

static async Task<int> RunAsync(string path)
{
    var builder = Host.CreateEmptyApplicationBuilder(null);
    builder.Services.AddSingleton(new Shop(path));
    builder.Services.AddDurableQueue(q => q
        .UseSqlite(path)
        .AddHandler<ShipOrder, ShipOrderHandler>("order.ship")
        .AddWorker(w => w.Concurrency = 2));
    using var host = builder.Build();

    // The queue makes the file; the application adds its tables to it.
    await host.StartAsync();
    var queue = host.Services.GetRequiredService<ITaskQueue>();
    var shop = host.Services.GetRequiredService<Shop>();
    shop.CreateTables();

    var committed = await PlaceOrderAsync(shop, queue, "a book", commit: true);
    await PlaceOrderAsync(shop, queue, "a regret", commit: false);

    using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
    await queue.Inspector.WaitAsync(committed, cancellationToken: patience.Token);
    var tasks = await queue.Inspector.CountAsync();
    var orders = shop.ReadOrders();
    await host.StopAsync();

    foreach (var order in orders)
    {
        Console.WriteLine($"order {order.Id}: {order.Item}, {(order.Shipped ? "shipped" : "not shipped")}");
    }

    Console.WriteLine($"tasks in the queue: {tasks.Total.Done} done, {tasks.Total.Unfinished} unfinished");
    var asPromised = orders is [{ Item: "a book", Shipped: true }] && tasks.Total is { Total: 1, Done: 1 };
    Console.WriteLine(asPromised ? "As promised: what was committed ran, what was rolled back never was." : "NOT as promised.");
    return asPromised ? 0 : 1;
}

static async Task<TaskId> PlaceOrderAsync(Shop shop, ITaskQueue queue, string item, bool commit)
{
    using var connection = shop.Connect();
    using var transaction = connection.BeginTransaction();
    var order = connection.ExecuteScalar<long>("INSERT INTO orders (item) VALUES (@item) RETURNING id", new { item }, transaction);
    var task = await queue.EnqueueAsync(new ShipOrder(order), transaction);
    if (commit)
    {
        transaction.Commit();
    }
    else
    {
        transaction.Rollback();
    }

    Console.WriteLine($"order {order} of {item} with task {task}: {(commit ? "committed" : "rolled back")}");
    return task;
}
