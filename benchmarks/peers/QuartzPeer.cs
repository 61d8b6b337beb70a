using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Quartz;

namespace DurableQueue.Peers;

/// <summary>Quartz.NET with its AdoJobStore, through Microsoft.Data.Sqlite.</summary>
internal sealed class QuartzPeer : IPeer
{
    public string Name => "Quartz.NET";

    public int DefaultWorkers => ThreadPoolOptions.DefaultMaxConcurrency;

    public async Task<IPeerQueue> OpenAsync(string path, int workers, Runs runs)
    {
        // A scheduler is found again by its name, in this process and in the file.
        var name = Path.GetFileName(Path.GetDirectoryName(path))!;
        var connection = $"Data Source={path}";
        var factory = QuartzSchedulerBuilder.Create(quartz => quartz
            .ConfigureScheduler(scheduler => scheduler.InstanceName = name)
            .UseDefaultThreadPool(workers)
            .UsePersistentStore(store =>
            {
                store.UseSqlite(SqliteFactory.Instance, connection);
                store.ProvisionSchema();
            })).Build();
        QuartzJob.RunsOf[name] = runs;
        return new Queue(factory, await factory.GetScheduler(), connection);
    }

    private sealed class Queue(StandaloneSchedulerFactory factory, IScheduler scheduler, string connectionString) : IPeerQueue
    {
        public async Task EnqueueAsync(int number) => await scheduler.ScheduleJob(
            JobBuilder.Create<QuartzJob>().WithIdentity(number.ToString(CultureInfo.InvariantCulture)).Build(),
            TriggerBuilder.Create().WithIdentity(number.ToString(CultureInfo.InvariantCulture)).StartNow().Build());

        public async Task StartAsync() => await scheduler.Start();

        /// <summary>Of a connection with the same connection string: Quartz sets neither.</summary>
        public async Task<Durable> ReadSettingsAsync()
        {
            await using var connection = new SqliteConnection(connectionString);
            await connection.OpenAsync();
            await using var journal = new SqliteCommand("PRAGMA journal_mode", connection);
            await using var synchronous = new SqliteCommand("PRAGMA synchronous", connection);
            return new Durable(
                (string)(await journal.ExecuteScalarAsync())!,
                Convert.ToInt32(await synchronous.ExecuteScalarAsync(), CultureInfo.InvariantCulture));
        }

        public async ValueTask DisposeAsync()
        {
            await scheduler.Shutdown(waitForJobsToComplete: true);
            await factory.DisposeAsync();
            QuartzJob.RunsOf.TryRemove(scheduler.SchedulerName, out _);
            SqliteConnection.ClearAllPools();
        }
    }
}

/// <summary>The job of Quartz.NET.</summary>
public sealed class QuartzJob : IJob
{
    internal static readonly ConcurrentDictionary<string, Runs> RunsOf = new();

    /// <inheritdoc />
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        RunsOf[context.Scheduler.SchedulerName].Add(int.Parse(context.JobDetail.Key.Name, CultureInfo.InvariantCulture));
        return ValueTask.CompletedTask;
    }
}
