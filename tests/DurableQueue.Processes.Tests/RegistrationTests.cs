using DurableQueue.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Xunit;

namespace DurableQueue.Processes.Tests;

public sealed class RegistrationTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durablequeue-commands-");

    private string QueuePath => Path.Combine(directory.FullName, "queue.db");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task AddCommands_SettingsOutOfLimits_AreListedAtTheStart()
    {
        using var host = Build("", o =>
        {
            o.Shell = [];
            o.DefaultKillGrace = TimeSpan.FromDays(1);
            o.RestartPolicy = (CommandRestart)9;
        });

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(3, error.Failures.Count());
        Assert.All(error.Failures, failure => Assert.StartsWith("commands: ", failure, StringComparison.Ordinal));
    }

    [Fact]
    public async Task AddCommands_NamedQueueOtherDirectoryAndShell_RunsThere()
    {
        var logs = Path.Combine(directory.FullName, "elsewhere");
        using var host = Build("builds", o =>
        {
            o.LogDirectory = logs;
            o.Shell = ["/bin/sh", "-c", "echo shell; eval \"$0\""];
        });
        await host.StartAsync();
        var queue = host.Services.GetRequiredKeyedService<ITaskQueue>("builds");

        var id = await queue.EnqueueAsync(new CommandTask { CommandLine = "echo line" });
        var summary = await queue.Inspector.WaitAsync(TaskSelector.ByIds(id)).AsTask().WaitAsync(CommandHost.Guard);

        Assert.Equal(1, summary.Succeeded);
        Assert.Equal("shell\nline\n", await File.ReadAllTextAsync(new CommandFiles(QueuePath, logs).Log(id, 1)));
        Assert.Equal(0, CommandResult.FromBytes((await queue.Inspector.GetResultAsync(id))!.Value).ExitCode);
        await host.StopAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("builds")]
    public async Task TaskLogs_InAHostThatRunsThemAndInOneThatOnlyShowsThem_AreTheQueues(string name)
    {
        var directory = Path.Combine(this.directory.FullName, "elsewhere");
        using var running = Build(name, o => o.LogDirectory = directory);
        await running.StartAsync();
        var queue = running.Services.GetRequiredKeyedService<QueueOpener>(name).Open();
        var id = await queue.EnqueueAsync(new CommandTask { CommandLine = "echo line" });
        await queue.Inspector.WaitAsync(TaskSelector.ByIds(id)).AsTask().WaitAsync(CommandHost.Guard);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        Action<DurableQueueBuilder> configure = q => q.UseSqlite(QueuePath).AddCommandLogs(directory);
        _ = name.Length == 0 ? builder.Services.AddDurableQueue(configure) : builder.Services.AddDurableQueue(name, configure);
        using var showing = builder.Build();

        foreach (var host in new[] { running, showing })
        {
            var logs = name.Length == 0 ? host.Services.GetRequiredService<ITaskLogs>() : host.Services.GetRequiredKeyedService<ITaskLogs>(name);
            Assert.Equal((TaskLogStatus.Present, 5L), ((await logs.FindAsync(id)).Status, (await logs.FindAsync(id)).Size));
            Assert.Equal("line\n"u8.ToArray(), (await logs.ReadAsync(await logs.FindAsync(id), 0, 100)).Bytes.ToArray());
        }

        await running.StopAsync();
    }

    [Fact]
    public async Task Files_Deleted_AreGone()
    {
        using var host = Build("", _ => { });
        await host.StartAsync();
        var queue = host.Services.GetRequiredService<ITaskQueue>();
        var id = await queue.EnqueueAsync(new CommandTask { CommandLine = "echo line" });
        await queue.Inspector.WaitAsync(TaskSelector.ByIds(id)).AsTask().WaitAsync(CommandHost.Guard);
        var files = new CommandFiles(QueuePath);
        Assert.Equal(files.Log(id, 1), files.LatestLog(id));

        Assert.True(files.Delete(id) > 5);

        Assert.Empty(files.Attempts(id));
        Assert.Null(files.LatestLog(id));
        await host.StopAsync();
    }

    private IHost Build(string name, Action<CommandOptions> commands)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        void Configure(DurableQueueBuilder q) => q.UseSqlite(QueuePath).AddCommands(commands).AddWorker();
        if (name.Length == 0)
        {
            builder.Services.AddDurableQueue(Configure);
        }
        else
        {
            builder.Services.AddDurableQueue(name, Configure);
        }

        return builder.Build();
    }
}
