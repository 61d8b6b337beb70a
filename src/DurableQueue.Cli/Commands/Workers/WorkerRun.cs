using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Commands.Retention;
using DurableQueue.Cli.Workers;
using DurableQueue.Processes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace DurableQueue.Cli.Commands.Workers;

/// <summary>Is the worker, until it is told to stop, has had nothing to do for long enough, or its queue is gone.</summary>
internal sealed class WorkerRun(DqInvocation invocation, WorkerRunOptions options)
{
    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan FileProbePeriod = TimeSpan.FromMilliseconds(500);

    /// <summary>How often the worker looks whether it is idle, at most.</summary>
    private static readonly TimeSpan IdleProbePeriod = TimeSpan.FromSeconds(5);

    private enum End
    {
        Stopped,
        Idle,
        QueueLost,
    }

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync()
    {
        if (options.Detached)
        {
            Daemon.Detach();
        }

        MemoryCap.Set(invocation.Settings.Get(SettingKeys.WorkerMemoryMax));
        using var held = options is { Detached: true, Beside: false } ? await HoldPidFileAsync() : null;

        // The start of a detached worker is marked by the process that starts it.
        using var starting = options.Detached ? null : new DaemonFiles(invocation.QueuePath).MarkStarting();
        while (true)
        {
            var end = await ServeAsync(starting);
            if (end != End.Idle)
            {
                return end == End.QueueLost ? ExitCode.QueueUnusable : ExitCode.Done;
            }

            // Only now that the queue no longer knows the worker: whoever adds a command later starts one, and whoever did so earlier saw this one.
            if (!await (await NeedAsync()).ExistsAsync(invocation.Token))
            {
                invocation.Output.Say($"The worker of {invocation.QueuePath} had nothing to do and ends.");
                return ExitCode.Done;
            }
        }
    }

    private async Task<End> ServeAsync(IDisposable? starting)
    {
        using var host = Build();
        await host.StartAsync(invocation.Token);
        KnownQueues.Add(invocation.QueuePath);
        await WaitUntilRegisteredAsync();
        starting?.Dispose();
        invocation.Output.Say($"The worker of {invocation.QueuePath} is running (pid {Environment.ProcessId}).");
        var end = await WithRetentionAsync(WaitForEndAsync);
        await host.StopAsync(CancellationToken.None);
        return end;
    }

    private async Task<End> WithRetentionAsync(Func<Task<End>> wait)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(invocation.Token);
        var retention = new LogRetention(invocation).RunAsync(stop.Token);
        var end = await wait();
        await stop.CancelAsync();
        await retention.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return end;
    }

    private IHost Build()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-dd HH:mm:ss ";
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddDurableQueue(queue => queue
            .UseSqlite(invocation.QueuePath, options => options with { NewGroups = invocation.NewGroups })
            .AddCommands(commands =>
            {
                commands.RestartPolicy = options.OnRestart;
                commands.LogDirectory = invocation.Files.HasOwnDirectory ? invocation.Files.LogDirectory : null;
                if (options.Shell is { } shell)
                {
                    commands.Shell = shell.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                }
            })
            .AddWorker(worker =>
            {
                worker.Concurrency = options.Concurrency;
                worker.Groups = options.Groups;

                // Commands outlive their worker, so there is nothing to wait for.
                worker.ShutdownTimeout = TimeSpan.Zero;
            }));
        return builder.Build();
    }

    /// <summary>Waits until the worker is told to stop, is idle, or the files of its queue are gone; the queue logs that.</summary>
    private async Task<End> WaitForEndAsync()
    {
        var queue = await invocation.OpenAsync();
        var need = await NeedAsync();
        var (lastNeeded, lastLook) = (invocation.Time.GetTimestamp(), invocation.Time.GetTimestamp());
        var (probePeriod, lookPeriod) = (Least(FileProbePeriod, options.IdleEnd / 4), Least(IdleProbePeriod, options.IdleEnd / 4));
        try
        {
            while (true)
            {
                try
                {
                    await queue.Inspector.GetWorkersAsync(invocation.Token);
                    if (options.IdleEnd > TimeSpan.Zero && invocation.Time.GetElapsedTime(lastLook) >= lookPeriod)
                    {
                        lastLook = invocation.Time.GetTimestamp();
                        if (await need.ExistsAsync(invocation.Token))
                        {
                            lastNeeded = lastLook;
                        }
                        else if (invocation.Time.GetElapsedTime(lastNeeded) >= options.IdleEnd)
                        {
                            return End.Idle;
                        }
                    }
                }
                catch (QueueStorageException e) when (e.Error != QueueStorageError.Lost)
                {
                    // It is logged, and may be temporary.
                }

                await Task.Delay(probePeriod, invocation.Time, invocation.Token);
            }
        }
        catch (QueueStorageException)
        {
            return End.QueueLost;
        }
        catch (OperationCanceledException)
        {
            return End.Stopped;
        }
    }

    private static TimeSpan Least(TimeSpan usual, TimeSpan ofIdle) => ofIdle > TimeSpan.Zero && ofIdle < usual ? ofIdle : usual;

    private async ValueTask<WorkerNeed> NeedAsync() => new(await invocation.OpenAsync(), options.Groups, invocation.Time);

    /// <summary>Waits until the worker is registered, so that 'dq run' and 'dq doctor' find it.</summary>
    private async Task WaitUntilRegisteredAsync()
    {
        var queue = await invocation.OpenAsync();
        while (!(await queue.Inspector.GetWorkersAsync(invocation.Token)).Any(worker => worker.ProcessId == Environment.ProcessId && worker.IsLive))
        {
            await Task.Delay(ProbePeriod, invocation.Time, invocation.Token);
        }
    }

    private async Task<IDisposable> HoldPidFileAsync()
    {
        var files = new DaemonFiles(invocation.QueuePath);
        try
        {
            return await files.HoldAsync(invocation.Time, invocation.Token);
        }
        catch (IOException)
        {
            throw CliException.WrongState($"Another detached worker holds {files.PidPath}");
        }
    }
}
