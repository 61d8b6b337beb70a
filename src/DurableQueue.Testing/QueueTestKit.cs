using System.Text.Json;
using DurableQueue.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DurableQueue.Testing;

/// <summary>
/// A real queue for tests: real handlers and workers over a temporary file, with a clock that the test moves. Nothing runs until
/// <see cref="DrainAsync(CancellationToken)"/>, so that a test can look at what was enqueued before and after.
/// </summary>
/// <remarks>
/// Everything is kept as in production but these: the file is a temporary one with <see cref="Durability.Normal"/> and without background
/// sweeps; workers without a name are called "worker 1", "worker 2" and so on; and their leases last 24 h, so that a moved clock takes no task
/// away from a handler, unless a test itself moves it by more at once while one is inside <see cref="TaskContext.WaitForAsync(TaskId, WaitOptions?, CancellationToken)"/>.
/// Disposing deletes the file.
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

    /// <summary>The clock of the queue, its workers and the host. It stands still unless the test moves it.</summary>
    public ManualTimeProvider Time { get; }

    /// <summary>The services of the host.</summary>
    public IServiceProvider Services { get; }

    /// <summary>The queue that the application is given.</summary>
    public ITaskQueue Queue => Opener.Open();

    /// <summary>Path of the queue file.</summary>
    public string FilePath => Path.Combine(directory.FullName, "queue.db");

    /// <summary>How long one drain may take, in real time, before it fails. Default 30 s.</summary>
    public TimeSpan DrainLimit { get; set; } = TimeSpan.FromSeconds(30);

    private ITaskTypes Types => Opener.Open().Types!;

    private QueueOpener Opener => Services.GetRequiredKeyedService<QueueOpener>(name);

    /// <summary>Starts a host with one queue. Name no store; a worker that runs one task at a time is added if none is.</summary>
    /// <param name="configure">Adds the handlers, as in the application.</param>
    /// <param name="services">Adds what the handlers need; also a <see cref="ManualTimeProvider"/>, if the clock is to start at another time.</param>
    /// <param name="sqlite">Changes the settings of the file.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="OptionsValidationException">The registration is wrong; it lists all that is.</exception>
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

    /// <summary>Runs everything that is ready, and what becomes ready thereby, until nothing is. The clock stands still.</summary>
    /// <param name="cancellationToken">Ends the drain; what runs goes on.</param>
    /// <returns>The number of attempts that were made.</returns>
    /// <remarks>
    /// A failed attempt whose retry is not due yet, a delayed, held or unknown task stays queued. Handlers that fail do not fail the drain:
    /// see <see cref="AssertAllSucceededAsync"/>.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The host has not started, or the queue is being drained already.</exception>
    /// <exception cref="TimeoutException">It was not idle within <see cref="DrainLimit"/>; the message names what still runs.</exception>
    public Task<int> DrainAsync(CancellationToken cancellationToken = default) => DrainAsync(TimeSpan.Zero, cancellationToken);

    /// <summary>
    /// Runs everything that is ready or becomes due within a time, in order: whenever nothing is left, the clock moves to the next moment at which a delay
    /// or a backoff ends, a schedule fires, a budget may have room again, a request for an approval or a lease expires, or the timeout of an attempt or wait
    /// inside <see cref="TaskContext.WaitForAsync(TaskId, WaitOptions?, CancellationToken)"/> is over. It never moves further than it must.
    /// </summary>
    /// <param name="advance">How far the clock may move in all; zero or more.</param>
    /// <param name="cancellationToken">Ends the drain; what runs goes on.</param>
    /// <returns>The number of attempts that were made.</returns>
    /// <exception cref="InvalidOperationException">The host has not started, or the queue is being drained already.</exception>
    /// <exception cref="TimeoutException">It was not idle within <see cref="DrainLimit"/>; the message names what still runs.</exception>
    public async Task<int> DrainAsync(TimeSpan advance, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(advance, TimeSpan.Zero);
        var drain = new Drain(
            queue ?? throw new InvalidOperationException("The queue is not open: start the host first."), attempts!, Time);
        return await drain.RunAsync(advance, DrainLimit, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The tasks on record whose payload is of a type with a handler here, by id, finished ones too.</summary>
    /// <typeparam name="TPayload">A payload type with exactly one handler.</typeparam>
    /// <param name="cancellationToken">Ends the reading.</param>
    public Task<IReadOnlyList<EnqueuedTask<TPayload>>> EnqueuedAsync<TPayload>(CancellationToken cancellationToken = default)
        where TPayload : notnull => EnqueuedAsync<TPayload>(Types.TypeFor(typeof(TPayload)), cancellationToken);

    /// <summary>The tasks on record of a type, by id, finished ones too.</summary>
    /// <typeparam name="TPayload">What their payloads are read as.</typeparam>
    /// <param name="type">The task type.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="JsonException">A payload cannot be read so.</exception>
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

    /// <summary>Asserts that exactly one task of the payload's type matches, and gives it.</summary>
    /// <typeparam name="TPayload">A payload type with exactly one handler.</typeparam>
    /// <param name="match">What to look for; <see langword="null"/>: any.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="QueueAssertionException">None matches, or several do.</exception>
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
    /// <param name="match">What must not be there; <see langword="null"/>: any.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="QueueAssertionException">One or more match.</exception>
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

    /// <summary>Asserts that every task on record has ended with success.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="QueueAssertionException">Some have not; the message says how they stand, with their errors.</exception>
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

    /// <summary>Ends the host that <see cref="StartAsync"/> made, closes the queue and deletes its file.</summary>
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
    /// Does what <see cref="DisposeAsync"/> does, and blocks the calling thread meanwhile. Handlers that are still running are told to stop; they need
    /// a thread of the pool to do so.
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

    /// <summary>What the host opens instead of the application's own store.</summary>
    internal async ValueTask<TaskQueue> OpenAsync(StoreOpening opening, IReadOnlyCollection<string> workers, CancellationToken cancellationToken)
    {
        var options = new SqliteQueueOptions { TimeProvider = Time, Durability = Durability.Normal, BackgroundSweeps = false };
        var held = attempts = new HeldAttempts(workers, Time);
        queue = await SqliteTaskQueue.OpenAsync(
            FilePath, configure?.Invoke(options) ?? options, opening.Wiring(store => new GatedStore(store, held, Time)), cancellationToken).ConfigureAwait(false);
        held.WakeWith(queue.Signals.Ready.Advance);
        return queue;
    }

    /// <summary>A test does not listen to the signals of its process.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
