using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace DurableQueue.PostgreSql.Tests.Races;

/// <summary>A client that is stopped in the middle of its calls stops nobody else.</summary>
public sealed class StoppedClientTests
{
    private const string Calls =
        """
        SELECT * FROM durable_queue.enqueue(NULL, '{default}', '{a}', '{0}', '{NULL}', '{0}', '{1}', '{0}', '{3}', '{NULL}', '{NULL}', '{0}', '{false}', '{NULL}',
          '{NULL}', '{NULL}', '{NULL}', '{NULL}', NULL, NULL, '{NULL}', '{NULL}');
        SELECT * FROM durable_queue.checkout(NULL, NULL, NULL, NULL, true, 3, 300000, NULL, NULL, 'stopped', NULL, 'h', 'b', 1, 1, 'i', NULL);
        SELECT * FROM durable_queue.heartbeat(NULL, '{1,2,3}', '{1,1,1}');
        SELECT * FROM durable_queue.sweep(NULL, true);
        """;

    [Fact]
    public async Task Client_StoppedInItsCalls_StopsNobody()
    {
        await using var race = await RaceQueues.OpenAsync(1);
        using var client = Start(race, string.Concat(Enumerable.Repeat(Calls, 20_000)));
        try
        {
            for (var stop = 0; stop < 25; stop++)
            {
                await Task.Delay(Random.Shared.Next(5, 40));
                Signal(client, "STOP");

                await UseAsync(race.Queues[0]).WaitAsync(TimeSpan.FromSeconds(10));
                Signal(client, "CONT");
            }

            Assert.False(client.HasExited, "The client has ended, or failed.");
        }
        finally
        {
            Signal(client, "KILL");
        }
    }

    [Fact]
    public async Task Client_StoppedWithTheLockInAnOpenTransaction_StopsOthers()
    {
        await using var race = await RaceQueues.OpenAsync(1);
        using var client = Start(race, "BEGIN; SELECT durable_queue.enter();\nSELECT pg_sleep(600);");
        try
        {
            while (await race.ReadAsync<long>(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 1685156210 "
                + $"AND objid = '{race.Schema}'::regnamespace::oid") == 0)
            {
                await Task.Delay(20);
            }

            Signal(client, "STOP");
            var use = UseAsync(race.Queues[0]);

            await Assert.ThrowsAsync<TimeoutException>(() => use.WaitAsync(TimeSpan.FromSeconds(2)));
            Signal(client, "KILL");
            await race.RunAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600)%'");
            await use.WaitAsync(TimeSpan.FromSeconds(10));
        }
        finally
        {
            if (!client.HasExited)
            {
                Signal(client, "KILL");
            }
        }
    }

    private static async Task UseAsync(ITaskQueue queue)
    {
        await queue.EnqueueAsync(new NewTask("b"));
        if (await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }) is { } task)
        {
            await queue.HeartbeatAsync(task.Lease);
            await queue.CompleteAsync(task.Lease);
        }

        await queue.Groups.EnsureAsync("default");
    }

    private static Process Start(RaceQueues race, string sql)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, UseShellExecute = false };
        foreach (var argument in (string[])[
            "-c", "exec \"$@\" >/dev/null 2>&1", "sh", TestServer.Shared.Program("psql"), "-q", "-h", "127.0.0.1", "-p",
            TestServer.Shared.Port.ToString(CultureInfo.InvariantCulture), "-U", TestServer.User, "-v", "ON_ERROR_STOP=1", "postgres"])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["PGPASSWORD"] = TestServer.Password;
        var process = Process.Start(start)!;
        _ = WriteAsync(process, sql.Replace("durable_queue.", $"{race.Schema}.", StringComparison.Ordinal));
        return process;
    }

    private static async Task WriteAsync(Process process, string sql)
    {
        try
        {
            await process.StandardInput.WriteAsync(sql);
            await process.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            // It was killed.
        }
    }

    private static void Signal(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
