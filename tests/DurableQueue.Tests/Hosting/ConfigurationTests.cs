using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Xunit;

namespace DurableQueue.Tests.Hosting;

public sealed class ConfigurationTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("dq-config-");

    private string QueuePath => Path.Combine(directory.FullName, "queue.db");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task Settings_ComeFromTheConfiguration_AndCodeComesFirst()
    {
        // Code stands before and after the configuration: its place does not matter.
        var host = Build(
            new()
            {
                ["Queue:Store:Path"] = QueuePath,
                ["Queue:Store:MaxPayloadBytes"] = "50",
                ["Queue:Store:Durability"] = "normal",
                ["Queue:Workers:mail:Concurrency"] = "3",
                ["Queue:Workers:mail:CancelGrace"] = "00:00:07",
                ["Queue:Workers:mail:Groups:0"] = "default",
                ["Queue:Workers:mail:Groups:1"] = "mail",
                ["Queue:Handlers:mail.send:MaxAttempts"] = "8",
                ["Queue:Handlers:mail.send:Timeout"] = "00:01:00",
                ["Queue:Handlers:mail.send:Retry:InitialDelay"] = "00:00:05",
                ["Queue:Handlers:mail.send:Retry:Factor"] = "3",
            },
            (q, section) => q
                .AddHandler("mail.send", (int n) => { }, h => h.Timeout = TimeSpan.FromSeconds(2))
                .AddWorker("mail", w => w.Concurrency = 5)
                .Configure(section));
        await using var disposal = (IAsyncDisposable)host;
        await host.StartAsync();
        var queue = host.Services.GetRequiredService<ITaskQueue>();
        var worker = host.Services.GetRequiredService<IOptionsMonitor<WorkerOptions>>().Get("worker 'mail'");

        var id = await queue.EnqueueAsync("mail.send", 1, t => t with { Stashed = true });

        var task = (await queue.Inspector.GetAsync(id))!;
        Assert.Equal((8, TimeSpan.FromSeconds(2)), (task.MaxAttempts, task.Timeout));
        Assert.Equal(new RetryPolicy { InitialDelay = TimeSpan.FromSeconds(5), Factor = 3 }, task.Retry);
        Assert.Equal(("mail", 5, TimeSpan.FromSeconds(7)), (worker.Name, worker.Concurrency, worker.CancelGrace));
        Assert.Equal(["default", "mail"], worker.Groups);
        Assert.True(File.Exists(QueuePath));
        await Assert.ThrowsAsync<ArgumentException>(async () => await queue.EnqueueAsync(new NewTask("x", new byte[51])));
        await host.StopAsync();
    }

    [Fact]
    public async Task UseSqlite_ComesBeforeTheConfiguredStore()
    {
        var host = Build(
            new()
            {
                ["Queue:Store:Path"] = QueuePath + ".other",
                ["Queue:Store:MaxPayloadBytes"] = "1",
                ["Queue:Store:MaxResultBytes"] = "1",
            },
            (q, section) => q.Configure(section).UseSqlite(QueuePath, o => o with { MaxPayloadBytes = 2 }));
        await using var disposal = (IAsyncDisposable)host;
        var queue = host.Services.GetRequiredService<ITaskQueue>();

        await queue.EnqueueAsync(new NewTask("x", new byte[2]));

        Assert.True(File.Exists(QueuePath));
        Assert.False(File.Exists(QueuePath + ".other"));
        var task = (await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }))!;
        await Assert.ThrowsAsync<ArgumentException>(async () => await queue.CompleteAsync(task.Lease, new byte[2]));
    }

    [Fact]
    public async Task Start_EveryMistakeIsListedWithItsPath()
    {
        var host = Build(
            new()
            {
                ["Queue:Stor:Path"] = "x",
                ["Queue:Store:Path"] = QueuePath,
                ["Queue:Store:BusyTimeot"] = "00:00:01",
                ["Queue:Store:BusyTimeout"] = "02:00:00",
                ["Queue:Store:LoggerFactory"] = "x",
                ["Queue:Store:MaxReaders"] = "many",
                ["Queue:Workers:mial:Concurrency"] = "3",
                ["Queue:Workers:mail:Concurency"] = "3",
                ["Queue:Workers:mail:Concurrency"] = "0",
                ["Queue:Handlers:mail.sent:MaxAttempts"] = "3",
                ["Queue:Handlers:mail.send:Retry:Fator"] = "3",
                ["Queue:Handlers:mail.send:Timeout"] = "soon",
            },
            (q, section) => q.Configure(section).AddHandler("mail.send", (int n) => { }).AddHandler("bad name", (int n) => { }).AddWorker("mail"));
        using var closing = host;

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        string[] expected =
        [
            "Queue:Stor: unknown key",
            "Queue:Store:BusyTimeot: unknown key",
            "Queue:Store:LoggerFactory: unknown key",
            "Queue:Store:MaxReaders: ",
            "Queue:Workers:mial: there is no worker 'mial'; there are: mail",
            "Queue:Workers:mail:Concurency: unknown key",
            "Queue:Handlers:mail.sent: there is no handler 'mail.sent'",
            "Queue:Handlers:mail.send:Retry:Fator: unknown key",
            "Queue:Handlers:mail.send:Timeout: ",
            "store: BusyTimeout must be",
            "handler bad name: ",
            "worker 'mail': Concurrency must be",
        ];
        Assert.All(expected, text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
        Assert.Equal(expected.Length, error.Failures.Count());
        Assert.False(File.Exists(QueuePath));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    public async Task Start_NoStoreInTheConfiguration_NamesTheKeyThatIsMissing(string? path)
    {
        using var host = Build(new() { ["Queue:Store:Path"] = path }, (q, section) => q.Configure(section));

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(["No store is named: call UseSqlite(path), or set Queue:Store:Path."], error.Failures);
    }

    [Fact]
    public async Task Start_ConfiguredFileIsNoQueue_NamesTheKey()
    {
        await File.WriteAllTextAsync(QueuePath, new string('x', 5000));
        using var host = Build(new() { ["Queue:Store:Path"] = QueuePath }, (q, section) => q.Configure(section));

        var error = await Assert.ThrowsAsync<QueueStorageException>(() => host.StartAsync());

        Assert.Equal(QueueStorageError.ForeignFile, error.Error);
        Assert.StartsWith("Queue:Store:Path: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retention_InTheConfiguration_IsReadAndChecked()
    {
        using var host = Build(
            new()
            {
                ["Queue:Store:Path"] = QueuePath,
                ["Queue:Retention:Succeeded"] = "00:00:59",
                ["Queue:Retention:Failed"] = "soon",
                ["Queue:Retention:Faild"] = "30.00:00:00",
                ["Queue:Retention:Groups:0"] = "not ok",
            },
            (q, section) => q.Configure(section));

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        string[] expected =
        [
            "Queue:Retention:Failed: ", "Queue:Retention:Faild: unknown key", "retention: Succeeded must be between 00:01:00", "retention: Groups[0] can only contain",
        ];
        Assert.All(expected, text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
        Assert.Equal(expected.Length, error.Failures.Count());
    }

    private static IHost Build(Dictionary<string, string?> settings, Action<DurableQueueBuilder, IConfiguration> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddDurableQueue(q => configure(q, builder.Configuration.GetSection("Queue")));
        return builder.Build();
    }
}
