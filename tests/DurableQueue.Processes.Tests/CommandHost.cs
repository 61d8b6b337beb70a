using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Processes.Tests;

/// <summary>A queue in a directory of its own, and a host in this process that runs its commands.</summary>
internal sealed class CommandHost : IAsyncDisposable
{
    public static readonly TimeSpan Guard = TimeSpan.FromSeconds(90);
    private readonly CollectedLogs logs = new();
    private IHost? host;

    private CommandHost(DirectoryInfo directory) => Directory = directory;

    public DirectoryInfo Directory { get; }

    public string QueuePath => Path.Combine(Directory.FullName, "queue.db");

    public CommandFiles Files => new(QueuePath);

    public SqliteTaskQueue Queue => host!.Services.GetRequiredService<SqliteTaskQueue>();

    public CommandControl Control => new(Queue, QueuePath);

    public string Logs => string.Join('\n', logs.Lines);

    public static async Task<CommandHost> StartAsync(Action<CommandOptions>? commands = null, int concurrency = 16)
    {
        var made = new CommandHost(System.IO.Directory.CreateTempSubdirectory("durablequeue-commands-"));
        await made.RestartAsync(commands, concurrency);
        return made;
    }

    public async Task RestartAsync(Action<CommandOptions>? commands = null, int concurrency = 16)
    {
        await StopAsync();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(logs);
        builder.Services.AddDurableQueue(q => q
            .UseSqlite(QueuePath, o => o with { Durability = Durability.Normal })
            .AddCommands(commands)
            .AddWorker(w => w.Concurrency = concurrency));
        host = builder.Build();
        await host.StartAsync();
    }

    public async Task StopAsync()
    {
        if (host is { } running)
        {
            host = null;
            await running.StopAsync().WaitAsync(Guard);
            await ((IAsyncDisposable)running).DisposeAsync();
        }
    }

    public ValueTask<TaskId> AddAsync(string line, Func<CommandTask, CommandTask>? command = null, Func<NewTask, NewTask>? task = null) =>
        AddAsync(new CommandTask { CommandLine = line }, command, task);

    public async ValueTask<TaskId> AddAsync(CommandTask given, Func<CommandTask, CommandTask>? command = null, Func<NewTask, NewTask>? task = null)
    {
        var made = (command?.Invoke(given) ?? given).ToTask(t => t with { MaxAttempts = 1 });
        return await Queue.EnqueueAsync(task?.Invoke(made) ?? made);
    }

    public async Task<TaskInfo> EndAsync(TaskId id)
    {
        await Queue.Inspector.WaitAsync(TaskSelector.ByIds(id)).AsTask().WaitAsync(Guard);
        return (await Queue.Inspector.GetAsync(id))!;
    }

    public async Task<CommandResult> ResultAsync(TaskId id)
    {
        await EndAsync(id);
        return CommandResult.FromBytes((await Queue.Inspector.GetResultAsync(id))!.Value);
    }

    public async Task<CommandResult> RunAsync(string line, Func<CommandTask, CommandTask>? command = null, Func<NewTask, NewTask>? task = null) =>
        await ResultAsync(await AddAsync(line, command, task));

    public string Output(TaskId id, int attempt = 1) => File.ReadAllText(Files.Log(id, attempt));

    /// <summary>The directory, for command lines.</summary>
    public string In(string name) => Path.Combine(Directory.FullName, name);

    public async Task<CommandRun> RunningAsync(TaskId id)
    {
        CommandRun? run = null;
        await UntilAsync(async () => (run = await Control.FindAsync(id)) is not null, $"command of task {id} to run");
        return run!;
    }

    public Task OutputAsync(TaskId id, string text, int attempt = 1) =>
        UntilAsync(() => new ValueTask<bool>(File.Exists(Files.Log(id, attempt)) && Output(id, attempt).Contains(text, StringComparison.Ordinal)), $"'{text}' in the log");

    /// <summary>Another process gives no signal: it is looked for.</summary>
    public static async Task UntilAsync(Func<ValueTask<bool>> holds, string what)
    {
        using var limit = new CancellationTokenSource(Guard);
        while (!await holds())
        {
            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"There was no {what}.");
            }

            await Task.Delay(10, CancellationToken.None);
        }
    }

    /// <summary>The processes that run and were given this queue in their environment.</summary>
    public IReadOnlyList<string> Processes() =>
    [
        .. Linux.ProcessStat.ReadAll().Where(process => Linux.ProcessStat.HasEnvironment(process.Pid, [$"DURABLEQUEUE_QUEUE={QueuePath}"]))
            .Select(process => string.Create(CultureInfo.InvariantCulture, $"{process.Pid} in {process.Session}: {CommandLine(process.Pid)}")),
    ];

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var process in Linux.ProcessStat.ReadAll().Where(process => Linux.ProcessStat.HasEnvironment(process.Pid, [$"DURABLEQUEUE_QUEUE={QueuePath}"])))
        {
            _ = Linux.Native.Kill(process.Pid, 9);
        }

        Directory.Delete(recursive: true);
    }

    private static string CommandLine(int pid)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cmdline"))).Replace('\0', ' ');
        }
        catch (IOException)
        {
            return "gone";
        }
    }

    private sealed class CollectedLogs : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{logLevel} {eventId.Id} {formatter(state, exception)} {exception}");

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Dispose()
        {
        }
    }
}
