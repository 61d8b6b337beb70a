using System.Reflection;
using System.Data.Common;
using System.Text;
using Dapper;
using DurableQueue.Tests.Worker;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace DurableQueue.Tests.Hosting;

/// <summary>The application's own transaction, through a host's queue.</summary>
public sealed class HostTransactionHostTests : IAsyncLifetime
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durable-queue-");
    private readonly Signal handled = new();
    private IHost host = null!;
    private SqliteConnection application = null!;
    private string? shipped;

    private ITaskQueue Queue => host.Services.GetRequiredService<ITaskQueue>();

    public async Task InitializeAsync()
    {
        var path = Path.Combine(directory.FullName, "queue.db");
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddDurableQueue(q => q
            .UseSqlite(path)
            .AddHandler<Ship>(
                "ship",
                (ship, _, _) =>
                {
                    shipped = ship.Item;
                    handled.Set();
                    return Task.CompletedTask;
                },
                h => h.MaxAttempts = 7)
            .AddHandler<string>("print", (_, _, _) => Task.CompletedTask)
            .AddWorker());
        host = builder.Build();
        await host.StartAsync().WaitAsync(TestHost.Limit);
        application = new SqliteConnection($"Data Source={path};Pooling=False");
        application.Open();
        application.Execute("CREATE TABLE orders (item TEXT)");
    }

    public async Task DisposeAsync()
    {
        await application.DisposeAsync();
        await host.StopAsync().WaitAsync(TestHost.Limit);
        await ((IAsyncDisposable)host).DisposeAsync();
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Commit_WakesAnIdleWorker_AndARollbackGivesItNothing()
    {
        using (var lost = application.BeginTransaction())
        {
            await Queue.EnqueueAsync(new Ship("lost"), lost);
            lost.Rollback();
        }

        TaskId id;
        using (var transaction = application.BeginTransaction())
        {
            application.Execute("INSERT INTO orders VALUES ('book')", transaction: transaction);
            id = await Queue.EnqueueAsync(new Ship("book"), transaction);
            Assert.False(handled.IsSet);
            transaction.Commit();
        }

        await handled.Reached;
        var summary = await Queue.Inspector.WaitAsync(id).AsTask().WaitAsync(TestHost.Limit);
        Assert.Equal(1, summary.Succeeded);
        Assert.Equal("book", shipped);
        Assert.Equal(1, (await Queue.Inspector.CountAsync()).Total.Total);
    }

    [Fact]
    public async Task Enqueue_Payload_TakesTypeAndSettingsFromItsHandler()
    {
        using var transaction = application.BeginTransaction();
        var plain = await Queue.EnqueueAsync(new Ship("a"), transaction, t => t with { Stashed = true });
        var named = await Queue.EnqueueAsync("ship", new Ship("b"), transaction, t => t with { Stashed = true, MaxAttempts = 2 });
        var other = await Queue.EnqueueAsync("bill", new Ship("c"), transaction);
        NewTask[] many = [new NewTask("bill"), new NewTask("bill")];
        var list = await Queue.EnqueueAsync(many, transaction);
        var ships = await Queue.EnqueueAsync([Queue.CreateTask(new Ship("d"), t => t with { Stashed = true })], transaction);
        var one = await Queue.EnqueueAsync(new NewTask("bill"), transaction);
        transaction.Commit();

        Assert.Equal(("ship", 7), await SettingsOf(plain));
        Assert.Equal(("ship", 2), await SettingsOf(named));
        Assert.Equal(("bill", 3), await SettingsOf(other));
        Assert.Equal("""{"item":"c"}""", Encoding.UTF8.GetString((await Queue.Inspector.GetPayloadAsync(other)).Span));
        Assert.Equal(2, list.Count);
        Assert.Equal(("ship", 7), await SettingsOf(Assert.Single(ships)));
        Assert.Equal(("bill", 3), await SettingsOf(one));
    }

    [Fact]
    public async Task Backup_QueueOfTheHost_CopiesItsFile()
    {
        var target = Path.Combine(directory.FullName, "copy.db");
        var id = await Queue.EnqueueAsync(new NewTask("bill"));

        await Queue.BackupToAsync(target);

        await using var copy = await SqliteTaskQueue.OpenAsync(target);
        Assert.NotNull(await copy.Inspector.GetAsync(id));
    }

    [Fact]
    public async Task Store_IsAService()
    {
        var store = host.Services.GetRequiredService<SqliteTaskQueue>();
        using var transaction = application.BeginTransaction();

        var id = await store.EnqueueAsync(new NewTask("bill"), transaction);
        transaction.Commit();

        Assert.NotNull(await Queue.Inspector.GetAsync(id));
        Assert.Same(store, host.Services.GetRequiredService<SqliteTaskQueue>());
    }

    [Fact]
    public async Task Enqueue_TextBeforeATransaction_IsThePayload()
    {
        using DbTransaction transaction = application.BeginTransaction();

        var id = await Queue.EnqueueAsync("a letter", transaction);
        transaction.Commit();

        Assert.Equal("print", (await Queue.Inspector.GetAsync(id))!.Type);
        Assert.Equal("\"a letter\"", Encoding.UTF8.GetString((await Queue.Inspector.GetPayloadAsync(id)).Span));
    }

    [Fact]
    public async Task Backup_QueueThatIsNoFile_IsRefused()
    {
        var other = DispatchProxy.Create<ITaskQueue, NoQueue>();

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await other.BackupToAsync(Path.Combine(directory.FullName, "copy.db")));

        Assert.Equal("queue", error.ParamName);
    }

    [Fact]
    public async Task Backup_StoreBehindAnother_CopiesTheFile()
    {
        await using var other = await TestHost.StartAsync(_ => { });
        var id = await other.Queue.EnqueueAsync(new NewTask("kept"));
        var copy = Path.Combine(directory.FullName, "copy.db");

        await ((ITaskQueue)other.Queue).BackupToAsync(copy);

        await using var opened = await SqliteTaskQueue.OpenAsync(copy);
        Assert.Equal("kept", (await opened.Inspector.GetAsync(id))!.Type);
    }

    [Fact]
    public async Task Enqueue_StoreBehindAnother_JoinsTheTransaction()
    {
        await using var other = await TestHost.StartAsync(_ => { });
        using var transaction = application.BeginTransaction();

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await other.Queue.EnqueueAsync(new NewTask("bill"), transaction));

        // It came to the file that the spy stands before, which is not this one.
        Assert.Equal("transaction", error.ParamName);
        Assert.Contains(application.DataSource, error.Message, StringComparison.Ordinal);
    }

    private async Task<(string Type, int MaxAttempts)> SettingsOf(TaskId id)
    {
        var task = (await Queue.Inspector.GetAsync(id))!;
        return (task.Type, task.MaxAttempts);
    }

    private sealed record Ship(string Item);

    /// <summary>A queue of another library, or of a test.</summary>
    public class NoQueue : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => throw new NotSupportedException();
    }
}
