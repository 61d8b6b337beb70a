using System.Text.Json;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary><c>dq doctor</c>: healthy only if every ready task has a live worker that takes it.</summary>
public sealed class DoctorTests : DqTest
{
    [Fact]
    public async Task ReadyTaskOfATypeThatNoWorkerTakes_IsNotHealthy()
    {
        await Box.StartWorkerAsync();
        Assert.Equal("healthy", (await DoctorAsync(0)).GetProperty("status").GetString());
        await using (var queue = await Box.OpenAsync())
        {
            await queue.EnqueueAsync([new NewTask("mail.send"), new NewTask("mail.send"), new NewTask("mail.send") { Delay = TimeSpan.FromHours(1) }]);
        }

        var report = await DoctorAsync(3);

        Assert.Equal("no_worker", report.GetProperty("status").GetString());
        Assert.Equal(["No worker of the group default takes tasks of the type mail.send; 2 of them are ready."], Problems(report));
    }

    [Fact]
    public async Task ReadyTaskOfAGroupThatNoWorkerTakes_IsNotHealthy()
    {
        await Box.DoAsync("group", "add", "served");
        await Box.StartWorkerAsync("-g", "served");
        Assert.Empty(Problems(await DoctorAsync(0)));
        await Box.AddAsync("-g", "other", "true");

        Assert.Equal(["No worker serves the group other; 1 of its tasks have not ended."], Problems(await DoctorAsync(3)));
    }

    [Fact]
    public async Task LogDirectory_IsTold() => Assert.Equal(Box.Files.LogDirectory, (await DoctorAsync(3)).GetProperty("log_directory").GetString());

    [Fact]
    public async Task DeadWorker_IsListedForAnHourAndWhileItHasATask()
    {
        var (first, second) = (await Box.StartWorkerAsync("-g", "a"), await Box.StartWorkerAsync("-g", "b"));
        var id = await Box.AddAsync("-g", "a", "sleep 60");
        await Sandbox.UntilAsync(async () => (await Box.TaskAsync(id)).GetProperty("state").GetString() == "CheckedOut", "it runs");
        foreach (var worker in new[] { first, second })
        {
            worker.Kill();
            await worker.WaitForExitAsync();
        }

        await SetLastSeenAsync(TimeSpan.FromMinutes(59));
        Assert.Equal([first.Id, second.Id], (await PidsAsync()).Order());

        await SetLastSeenAsync(TimeSpan.FromMinutes(61));
        Assert.Equal([first.Id], await PidsAsync());

        await Box.DoAsync("kill", "--wait", $"{id}");
        Assert.Empty(await PidsAsync());
    }

    private async Task<JsonElement> DoctorAsync(int exitCode)
    {
        var result = await Box.RunAsync("doctor");
        Assert.True(result.ExitCode == exitCode, $"{result}");
        return JsonSchemas.Check("doctor", result);
    }

    private async Task<IEnumerable<int>> PidsAsync() =>
        (await DoctorAsync(3)).GetProperty("workers").EnumerateArray().Select(worker => worker.GetProperty("pid").GetInt32()).ToList();

    /// <summary>As if the workers had died that long ago.</summary>
    private async Task SetLastSeenAsync(TimeSpan ago)
    {
        await using var connection = new SqliteConnection($"Data Source={Box.QueuePath};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "UPDATE worker SET last_seen_at_ms = $seen";
        command.Parameters.AddWithValue("$seen", (DateTimeOffset.UtcNow - ago).ToUnixTimeMilliseconds());
        await command.ExecuteNonQueryAsync();
    }

    private static IEnumerable<string?> Problems(JsonElement report) => report.GetProperty("problems").EnumerateArray().Select(problem => problem.GetString());
}
