using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary><c>dq status --line</c>: a prompt shows it, whatever has become of the queue.</summary>
public sealed class StatusLineTests : DqTest
{
    [Fact]
    public async Task Line_Queue_CountsWhatIsSo()
    {
        await Box.DoAsync("group", "add", "ml");
        Assert.Equal("idle\n", await LineAsync());

        await Box.AddAsync("true");
        await Box.AddAsync("-g", "ml", "true");
        Assert.Equal("2 queued, no worker\n", await LineAsync());
        await Box.DoAsync("group", "pause", "ml");
        Assert.Equal("2 queued, ml paused, no worker\n", await LineAsync());
        Assert.Equal("1 queued, no worker\n", await LineAsync("-g", "default"));

        await Box.StartWorkerAsync();
        await Box.DoAsync("wait", "1");
        await Box.RunAsync("wait", $"{await Box.AddAsync("exit 3")}");
        var id = await Box.AddAsync("sleep 60");
        await Sandbox.UntilAsync(async () => (await Box.TaskAsync(id)).GetProperty("state").GetString() == "CheckedOut", "it runs");
        Assert.Equal("1 running, 1 queued, 1 failed, ml paused\n", await LineAsync());
    }

    [Fact]
    public async Task Line_NoQueue_IsSaidAndNoneIsCreated()
    {
        Assert.Equal("no queue\n", await LineAsync());
        Assert.False(File.Exists(Box.QueuePath));
    }

    [Fact]
    public async Task Line_UnusableQueue_IsNoError()
    {
        await Box.WriteAsync("queue.db", new string('x', 10_000));

        Assert.Equal("queue unavailable\n", await LineAsync());
    }

    [Fact]
    public async Task Line_LockedQueue_DoesNotWaitForIt()
    {
        await Box.AddAsync("true");
        await using var holder = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Box.QueuePath};Pooling=False");
        await holder.OpenAsync();
        await using var command = holder.CreateCommand();
        command.CommandText = "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE task SET priority = priority";
        await command.ExecuteNonQueryAsync();

        Assert.Equal("queue unavailable\n", await LineAsync());
    }

    [Theory]
    [InlineData("--json")]
    [InlineData("status=failed")]
    public async Task Line_WithJsonOrAQuery_IsRefused(string other) => Assert.Equal(1, (await Box.RunAsync("status", "--line", other)).ExitCode);

    private async Task<string> LineAsync(params string[] options)
    {
        var result = await Box.DoAsync(["status", "--line", .. options]);
        Assert.Equal("", result.Err);
        return result.Out;
    }
}
