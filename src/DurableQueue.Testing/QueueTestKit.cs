using System.Text.Json;
using DurableQueue.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DurableQueue.Testing;

/// <summary>
/// A real queue for tests, with real handlers and workers, a temporary file, and a clock that the test moves. Tasks run only during
/// <see cref="DrainAsync(CancellationToken)"/>, so that a test can inspect the queue before and after.
/// </summary>
/// <remarks>
/// Everything works as in production, with these differences: the file is temporary and uses <see cref="Durability.Normal"/> without background sweeps; workers
/// without a name are named "worker 1", "worker 2" and so on; and leases last 24 h, so that no handler loses its lease when the clock is moved,
/// unless the test moves it by more than that at once during a <see cref="TaskContext.WaitForAsync(TaskId, WaitOptions?, CancellationToken)"/>.
/// Disposing the kit deletes the file.
/// </remarks>
public sealed class QueueTestKit : IAsyncDisposable, IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durable-queue-test-");
    private readonly string name;
    private readonly Func<SqliteQueueOptions, SqliteQueueOptions>? configure;
    private IHost? host;
    private SqliteTaskQueue? queue;
    private HeldAttempts? attempts;

    internal QueueTestKit(
        IServiceProvider services, string name, ManualTimeProvider time, Func<SqliteQueueOptions, SqliteQueueOptions>? configure)
    {
        Services = services;
        Time = time;
        this.name = name;
        this.configure = configure;
    }

    /// <summary>The clock of the queue, its workers and the host. It only moves when the test moves it.</summary>
    public ManualTimeProvider Time { get; }

    /// <summary>The services of the host.</summary>
    public IServiceProvider Services { get; }

    /// <summary>The queue of the application.</summary>
    public ITaskQueue Queue => Opener.Open();

    /// <summary>The path of the queue file.</summary>
    public string FilePath => Path.Combine(directory.FullName, "queue.db");

    /// <summary>How long one drain may take in real time before it fails. The default is 30 s.</summary>
    public TimeSpan DrainLimit { get; set; } = TimeSpan.FromSeconds(30);

    private ITaskTypes Types => Opener.Open().Types!;

    private QueueOpener Opener => Services.GetRequiredKeyedService<QueueOpener>(name);

    /// <summary>
    /// Starts a host with one queue. Don't configure a store. If no worker is added, one that runs one task at a time is added.
    /// </summary>
    /// <param name="configure">Adds the handlers, as in the application.</param>
    /// <param name="services">
    /// Adds the services that the handlers need. Add a <see cref="ManualTimeProvider"/> if the clock should start at another time.
    /// </param>
    /// <param name="sqlite">Changes the options of the file.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <exception cref="OptionsValidationException">The registration is not valid. The exception lists all errors.</exception>
    public static async Task<QueueTestKit> StartAsync(
        Action<DurableQueueBuilder> configure,
        Action<IServiceCollection>? services = null,
        Func<SqliteQueueOptions, SqliteQueueOptions>? sqlite = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        services?.Invoke(builder.Services);
        builder.Services.AddDurableQueue(configure);
        var registration = DurableQueueTestingServiceCollectionExtensions.FindRegistration(builder.Services, Options.DefaultName);
        if (registration.Workers.Count == 0 && registration.Handlers.Count > 0)
        {
            builder.Services.AddDurableQueue(queue => queue.AddWorker(worker => worker.Concurrency = 1));
        }

        builder.Services.ReplaceDurableQueueForTests(sqlite);
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, NoLifetime>());
        var host = builder.Build();
        try
        {
            await host.StartAsync(cancellationToken).ConfigureAwait(false);
            var kit = host.Services.GetRequiredService<QueueTestKit>();
            kit.host = host;
            return kit;
        }
        catch
        {
            await ((IAsyncDisposable)host).DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs all tasks that are ready or become ready because of them, until no task is ready. The clock doesn't move.</summary>
    /// <param name="cancellationToken">Ends the drain; running handlers continue.</param>
    /// <returns>The number of attempts.</returns>
    /// <remarks>
    /// Tasks that wait for a retry, are delayed or held, or have no handler stay queued. A failing handler doesn't fail the drain: see
    /// <see cref="AssertAllSucceededAsync"/>.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The host has not started, or the queue is already being drained.</exception>
    /// <exception cref="TimeoutException">The queue was not idle within <see cref="DrainLimit"/>. The message names what is still running.</exception>
    public Task<int> DrainAsync(CancellationToken cancellationToken = default) => DrainAsync(TimeSpan.Zero, cancellationToken);

    /// <summary>
    /// Runs all tasks that are ready or become ready within a time. Whenever no task is ready, the clock moves to the next moment at which a delay or
    /// a backoff ends, a schedule fires, a budget may have room again, an approval request or a lease expires, or the timeout expires of an attempt
    /// or of a wait in <see cref="TaskContext.WaitForAsync(TaskId, WaitOptions?, CancellationToken)"/>. It doesn't move further than necessary.
    /// </summary>
    /// <param name="advance">How far the clock may move in total, zero or more.</param>
    /// <param name="cancellationToken">Ends the drain; running handlers continue.</param>
    /// <returns>The number of attempts.</returns>
    /// <exception cref="InvalidOperationException">The host has not started, or the queue is already being drained.</exception>
    /// <exception cref="TimeoutException">The queue was not idle within <see cref="DrainLimit"/>. The message names what is still running.</exception>
    public async Task<int> DrainAsync(TimeSpan advance, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(advance, TimeSpan.Zero);
        var drain = new Drain(
            queue ?? throw new InvalidOperationException("The queue is not open. Start the host first."), attempts!, Time);
        return await drain.RunAsync(advance, DrainLimit, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads all tasks of the type that has a handler for this payload, finished or not, ordered by id.</summary>
    /// <typeparam name="TPayload">A payload type with exactly one handler.</typeparam>
    /// <param name="cancellationToken">Cancels the read.</param>
    public Task<IReadOnlyList<EnqueuedTask<TPayload>>> EnqueuedAsync<TPayload>(CancellationToken cancellationToken = default)
        where TPayload : notnull => EnqueuedAsync<TPayload>(Types.TypeFor(typeof(TPayload)), cancellationToken);

    /// <summary>Reads all tasks of a type, finished or not, ordered by id.</summary>
    /// <typeparam name="TPayload">The type that payloads are deserialized to.</typeparam>
    /// <param name="type">The task type.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="JsonException">A payload can't be deserialized to this type.</exception>
    public async Task<IReadOnlyList<EnqueuedTask<TPayload>>> EnqueuedAsync<TPayload>(string type, CancellationToken cancellationToken = default)
        where TPayload : notnull
    {
        ArgumentNullException.ThrowIfNull(type);
        var found = new List<EnqueuedTask<TPayload>>();
        await foreach (var task in Queue.Inspector.ReadAllAsync(new TaskQuery { Types = [type] }, cancellationToken).ConfigureAwait(false))
        {
            var payload = await Queue.Inspector.GetPayloadAsync(task.Id, cancellationToken).ConfigureAwait(false);
            found.Add(new EnqueuedTask<TPayload>(task, RawBytes.AreReadAs(typeof(TPayload))
                ? RawBytes.Read<TPayload>(payload)
                : (TPayload)ContractJson.Read(payload.Span, typeof(TPayload), Types.Json)!));
        }

        return found;
    }

    /// <summary>Asserts that exactly one task of the payload's type matches, and returns it.</summary>
    /// <typeparam name="TPayload">A payload type with exactly one handler.</typeparam>
    /// <param name="match">The condition; <see langword="null"/> means any task.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="QueueAssertionException">No task matches, or several do.</exception>
    public async Task<EnqueuedTask<TPayload>> AssertEnqueuedAsync<TPayload>(
        Func<EnqueuedTask<TPayload>, bool>? match = null, CancellationToken cancellationToken = default)
        where TPayload : notnull
    {
        var all = await EnqueuedAsync<TPayload>(cancellationToken).ConfigureAwait(false);
        var found = all.Where(task => match?.Invoke(task) ?? true).ToList();
        return found.Count == 1
            ? found[0]
            : throw new QueueAssertionException(
                $"One matching task with a {typeof(TPayload).Name} was expected, {found.Count} were found. {TaskText.Describe(all)}");
    }

    /// <summary>Asserts that no task of the payload's type matches.</summary>
    /// <typeparam name="TPayload">A payload type with exactly one handler.</typeparam>
    /// <param name="match">The condition; <see langword="null"/> means any task.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="QueueAssertionException">At least one task matches.</exception>
    public async Task AssertNotEnqueuedAsync<TPayload>(
        Func<EnqueuedTask<TPayload>, bool>? match = null, CancellationToken cancellationToken = default)
        where TPayload : notnull
    {
        var found = (await EnqueuedAsync<TPayload>(cancellationToken).ConfigureAwait(false)).Where(task => match?.Invoke(task) ?? true).ToList();
        if (found.Count > 0)
        {
            throw new QueueAssertionException(
                $"No matching task with a {typeof(TPayload).Name} was expected, {found.Count} were found. {TaskText.Describe(found)}");
        }
    }

    /// <summary>Asserts that all tasks in the queue have succeeded.</summary>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="QueueAssertionException">Some tasks have not succeeded. The message lists them with their errors.</exception>
    public async Task AssertAllSucceededAsync(CancellationToken cancellationToken = default)
    {
        var others = new List<string>();
        await foreach (var task in Queue.Inspector.ReadAllAsync(new TaskQuery(), cancellationToken).ConfigureAwait(false))
        {
            if (task.Outcome != TaskOutcome.Succeeded)
            {
                others.Add(TaskText.Describe(task));
            }
        }

        if (others.Count > 0)
        {
            throw new QueueAssertionException($"All tasks were expected to have succeeded; {others.Count} have not:{TaskText.Lines(others)}");
        }
    }

    /// <summary>Stops the host that <see cref="StartAsync"/> started, closes the queue and deletes its file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (host is { } own)
        {
            // The container of the host disposes this object a second time, and then the rest is done.
            host = null;
            using var now = new CancellationTokenSource();
            await now.CancelAsync().ConfigureAwait(false);
            await own.StopAsync(now.Token).ConfigureAwait(false);
            await ((IAsyncDisposable)own).DisposeAsync().ConfigureAwait(false);
            return;
        }

        if (queue is not null)
        {
            await queue.DisposeAsync().ConfigureAwait(false);
        }

        DeleteDirectory();
    }

    /// <summary>
    /// Does the same as <see cref="DisposeAsync"/> and blocks the calling thread meanwhile. Handlers that are still running are cancelled; they need
    /// a thread of the thread pool to stop.
    /// </summary>
    public void Dispose()
    {
        if (host is { } own)
        {
            host = null;
            own.StopAsync(new CancellationToken(canceled: true)).GetAwaiter().GetResult();
            own.Dispose();
            return;
        }

        queue?.Dispose();
        DeleteDirectory();
    }

    private void DeleteDirectory()
    {
        if (directory.Exists)
        {
            directory.Delete(recursive: true);
            directory.Refresh();
        }
    }

    /// <summary>Creates the store that the host opens instead of the application's own.</summary>
    internal async ValueTask<TaskQueue> OpenAsync(StoreOpening opening, IReadOnlyCollection<string> workers, CancellationToken cancellationToken)
    {
        var options = new SqliteQueueOptions { TimeProvider = Time, Durability = Durability.Normal, BackgroundSweeps = false };
        var held = attempts = new HeldAttempts(workers, Time);
        queue = await SqliteTaskQueue.OpenAsync(
            FilePath, configure?.Invoke(options) ?? options, opening.Wiring(store => new HeldStore(store, held, Time)), cancellationToken).ConfigureAwait(false);
        held.WakeWith(queue.Signals.Ready.Advance);
        return queue;
    }

    /// <summary>Ignores the signals of the test process.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
