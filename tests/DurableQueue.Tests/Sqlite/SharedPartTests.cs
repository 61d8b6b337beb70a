using System.Text;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>Environments of commands are stored once, and payloads are read whole all the same.</summary>
public sealed class SharedPartTests : IAsyncLifetime
{
    private static readonly string Environment = $"{{\"PATH\":\"{new string('p', 20_000)}\"}}";

    private readonly QueueDirectory directory = new();
    private SqliteTaskQueue queue = null!;

    public async Task InitializeAsync() => queue = await directory.OpenAsync();

    public async Task DisposeAsync()
    {
        await queue.DisposeAsync();
        directory.Dispose();
    }

    [Fact]
    public async Task Enqueue_EqualEnvironments_AreStoredOnceAndReadWhole()
    {
        string[] payloads =
        [
            $"{{\"commandLine\":\"a\",\"environment\":{Environment}}}",
            $"{{\"commandLine\":\"b\",\"environment\":{Environment}}}",
            $"{{\"environment\":{Environment},\"commandLine\":\"c\"}}",
            $"{{\"environment\":{Environment}}}",
            $"{{\"commandLine\":\"d\",\"environment\":{Environment} , \"noInput\":true}}",
            $"{{\"commandLine\":\"e\",\"environment\":{Environment}",
            $"{{\"environment\":{Environment}}} x",
            "{}",
        ];
        var ids = await queue.EnqueueAsync([.. payloads.Select(payload => new NewTask("command", Encoding.UTF8.GetBytes(payload)))]);

        Assert.Equal("3", Scalar("SELECT count(*) FROM shared_part"));
        Assert.Equal("5", Scalar("SELECT count(*) FROM task_body WHERE shared_id IS NOT NULL AND length(payload) < 100 AND json_valid(CAST(payload AS TEXT))"));
        var contents = await queue.Inspector.GetContentsAsync([.. ids]);
        for (var i = 0; i < ids.Count; i++)
        {
            Assert.Equal(payloads[i], Encoding.UTF8.GetString((await queue.Inspector.GetPayloadAsync(ids[i])).Span));
            Assert.Equal(payloads[i], Encoding.UTF8.GetString(contents[ids[i]].Payload.Span));
            var leased = await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" });
            Assert.Equal(payloads[i], Encoding.UTF8.GetString(leased!.Payload.Span));
        }
    }

    [Fact]
    public async Task Remove_LastTaskThatUsesAPart_FreesIt()
    {
        var payload = Encoding.UTF8.GetBytes($"{{\"commandLine\":\"a\",\"environment\":{Environment}}}");
        var ids = await queue.EnqueueAsync([new NewTask("command", payload), new NewTask("command", payload), new NewTask("command", payload)]);
        Assert.Equal("1", Scalar("SELECT count(*) FROM shared_part"));

        await queue.Control.EditAsync(ids[0], new TaskEdit { Payload = "{}"u8.ToArray() });
        await queue.Control.RemoveAsync([ids[1]]);
        Assert.Equal("1", Scalar("SELECT count(*) FROM shared_part"));
        Assert.Equal(payload, (await queue.Inspector.GetPayloadAsync(ids[2])).ToArray());
        await queue.Control.CancelAsync(ids[2]);
        directory.Time.Advance(TimeSpan.FromMinutes(1));
        await queue.Control.PruneAsync(new RetentionPolicy { Cancelled = TimeSpan.Zero });

        Assert.Equal("0", Scalar("SELECT count(*) FROM shared_part"));
        await queue.Control.EditAsync(ids[0], new TaskEdit { Payload = payload });
        Assert.Equal(payload, (await queue.Inspector.GetPayloadAsync(ids[0])).ToArray());
        Assert.Equal("1", Scalar("SELECT count(*) FROM shared_part"));
    }

    [Fact]
    public async Task Schedule_WithAnEnvironment_KeepsItWholeAndItsTasksShareIt()
    {
        var payload = Command("a");
        await queue.Schedules.AddAsync(new NewSchedule("nightly", "@hourly", new NewTask("command", payload)));
        Assert.Equal("0", Scalar("SELECT count(*) FROM shared_part"));

        var first = await queue.Schedules.RunNowAsync("nightly");
        var second = await queue.Schedules.RunNowAsync("nightly");

        Assert.Equal("1", Scalar("SELECT count(*) FROM shared_part"));
        Assert.Equal(payload, (await queue.Inspector.GetPayloadAsync(first)).ToArray());
        await queue.Control.RemoveAsync([first, second]);
        Assert.Equal("0", Scalar("SELECT count(*) FROM shared_part"));
        Assert.Equal(payload, (await queue.Inspector.GetPayloadAsync(await queue.Schedules.RunNowAsync("nightly"))).ToArray());
    }

    [Fact]
    public async Task Lifecycle_EveryWayToChangeOrRemoveATask_KeepsTheOthersWholeAndFreesTheLast()
    {
        var (a, b, c) = (Command("a"), Command("b"), Command("c"));
        var ids = await queue.EnqueueAsync([.. new[] { a, b, c, a }.Select(payload => new NewTask("command", payload) { MaxAttempts = 1 })]);
        var failed = (await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }))!;
        await queue.FailAsync(failed.Lease, new TaskFailure("no"));

        // Retried, it uses the part that it used.
        await queue.Control.RetryAsync(failed.Id);
        Assert.Equal(a, (await queue.Inspector.GetPayloadAsync(failed.Id)).ToArray());

        // Edited to the same, to none and to another environment.
        await queue.Control.EditAsync(ids[1], new TaskEdit { Payload = b });
        await queue.Control.EditAsync(ids[2], new TaskEdit { Payload = "{}"u8.ToArray() });
        await queue.Control.EditAsync(ids[3], new TaskEdit { Payload = Command("d", "other") });
        Assert.Equal("2", Scalar("SELECT count(*) FROM shared_part"));
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);

        // Removed by a filter, and pruned.
        await queue.Control.RemoveAsync([ids[3]]);
        Assert.Equal("1", Scalar("SELECT count(*) FROM shared_part"));
        await queue.Control.CancelAsync(ids[1]);
        directory.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await queue.Control.PruneAsync(new RetentionPolicy { Cancelled = TimeSpan.Zero }));
        Assert.Equal(a, (await queue.Inspector.GetPayloadAsync(ids[0])).ToArray());
        await queue.Control.EditAsync(ids[0], new TaskEdit { Payload = "{}"u8.ToArray() });

        Assert.Equal("0", Scalar("SELECT count(*) FROM shared_part"));
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task Restore_OfABackup_HasWholePayloadsAndFreesTheirParts()
    {
        var ids = await queue.EnqueueAsync([new NewTask("command", Command("a")), new NewTask("command", Command("b"))]);
        var backup = directory.FilePath + ".backup";
        await queue.BackupToAsync(backup);
        await queue.Control.RemoveAsync(ids);
        await queue.DisposeAsync();
        await SqliteTaskQueue.RestoreAsync(backup, directory.FilePath);
        queue = await directory.OpenAsync();

        Assert.Equal([Command("a"), Command("b")], new[] { (await queue.Inspector.GetPayloadAsync(ids[0])).ToArray(), (await queue.Inspector.GetPayloadAsync(ids[1])).ToArray() });
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
        await queue.Control.RemoveAsync([ids[0]]);
        Assert.Equal(Command("b"), (await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }))!.Payload.ToArray());
        Assert.Equal("1", Scalar("SELECT count(*) FROM shared_part"));
    }

    private static byte[] Command(string line, string? marker = null) =>
        Encoding.UTF8.GetBytes($"{{\"commandLine\":\"{line}\",\"environment\":{(marker is null ? Environment : Environment.Replace("PATH", marker, StringComparison.Ordinal))}}}");

    private string Scalar(string sql) => $"{directory.Execute(sql)}";
}
