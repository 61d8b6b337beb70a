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

    private string Scalar(string sql) => $"{directory.Execute(sql)}";
}
