using System.Text;
using System.Text.Json;
using DurableQueue.Tests.Worker;
using Xunit;

namespace DurableQueue.Tests.Hosting;

public sealed class TypedEnqueueTests
{
    [Fact]
    public async Task Enqueue_Payload_TakesTypeAndSettingsFromItsHandler()
    {
        await using var host = await TestHost.StartAsync(q => q.AddHandler<Mail>(
            "mail.send", Nothing, h => (h.MaxAttempts, h.Timeout, h.Retry) = (7, TimeSpan.FromSeconds(9), RetryPolicy.Immediate)));

        var plain = await host.GetAsync(await host.Queue.EnqueueAsync(new Mail("a@b.c")));
        var named = await host.GetAsync(await host.Queue.EnqueueAsync("mail.send", new Mail("a@b.c")));
        var changed = await host.GetAsync(await host.Queue.EnqueueAsync(new Mail("a@b.c"), t => t with { Group = "mail", MaxAttempts = 1 }));

        Assert.Equal(("mail.send", 7, TimeSpan.FromSeconds(9), RetryPolicy.Immediate), (plain.Type, plain.MaxAttempts, plain.Timeout!.Value, plain.Retry));
        Assert.Equal((7, TimeSpan.FromSeconds(9)), (named.MaxAttempts, named.Timeout!.Value));
        Assert.Equal(("mail", 1, TimeSpan.FromSeconds(9)), (changed.Group, changed.MaxAttempts, changed.Timeout!.Value));
        Assert.Equal("""{"address":"a@b.c"}""", Encoding.UTF8.GetString((await host.Queue.Inspector.GetPayloadAsync(plain.Id)).Span));
    }

    [Fact]
    public async Task Enqueue_PayloadWithoutHandler_IsRefused()
    {
        await using var host = await TestHost.StartAsync(q => { });

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await host.Queue.EnqueueAsync(new Mail("a@b.c")));

        Assert.Contains("No handler", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enqueue_PayloadOfTwoHandlers_IsRefusedAndNamesThem()
    {
        await using var host = await TestHost.StartAsync(q => q.AddHandler<Mail>("one", Nothing).AddHandler<Mail>("two", Nothing));

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await host.Queue.EnqueueAsync(new Mail("a@b.c")));

        Assert.Contains("one, two", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enqueue_OnAQueueWithoutHost_NeedsTheTypesName()
    {
        await using var host = await TestHost.StartAsync(q => { });
        await using var bare = await SqliteTaskQueue.OpenAsync(host.Path);

        await Assert.ThrowsAsync<ArgumentException>(async () => await bare.EnqueueAsync(new Mail("a@b.c")));
        var id = await bare.EnqueueAsync("mail.send", new Mail("a@b.c"));

        Assert.Equal("mail.send", (await host.GetAsync(id)).Type);
    }

    [Fact]
    public async Task Enqueue_UnserialisablePayload_IsAnArgumentError()
    {
        await using var host = await TestHost.StartAsync(q => { });

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await host.Queue.EnqueueAsync("x", new Loop()));

        Assert.Equal("payload", error.ParamName);
    }

    [Fact]
    public async Task Enqueue_SequenceOfTasksThatIsNoList_IsRefusedAndSaysHow()
    {
        await using var host = await TestHost.StartAsync(q => { });
        IEnumerable<NewTask> tasks = Enumerable.Range(0, 2).Select(n => new NewTask($"t{n}"));

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await host.Queue.EnqueueAsync(tasks));

        Assert.Contains("ToList()", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await host.Queue.EnqueueAsync(tasks.ToList())).Count);
    }

    [Fact]
    public async Task CreateTask_GivesWhatTheTypedEnqueueStores_ForLists()
    {
        await using var host = await TestHost.StartAsync(q => q.AddHandler<Mail>("mail.send", Nothing, h => h.MaxAttempts = 7));

        var ids = await host.Queue.EnqueueAsync([
            host.Queue.CreateTask(new Mail("a@b.c"), t => t with { Group = "mail" }),
            host.Queue.CreateTask("other", new Mail("d@e.f")),
        ]);

        var mail = await host.GetAsync(ids[0]);
        var other = await host.GetAsync(ids[1]);
        Assert.Equal(("mail.send", "mail", 7), (mail.Type, mail.Group, mail.MaxAttempts));
        Assert.Equal(("other", 3), (other.Type, other.MaxAttempts));
        Assert.Equal("""{"address":"a@b.c"}""", Encoding.UTF8.GetString((await host.Queue.Inspector.GetPayloadAsync(mail.Id)).Span));
        Assert.Throws<ArgumentException>(() => host.Queue.CreateTask(new Loop()));
    }

    [Fact]
    public async Task Enqueue_SequenceAsPayload_IsOneTask()
    {
        await using var host = await TestHost.StartAsync(q => q.AddHandler<int[]>("sum", (_, _, _) => Task.CompletedTask));

        var id = await host.Queue.EnqueueAsync(new[] { 1, 2 });

        Assert.Equal("[1,2]", Encoding.UTF8.GetString((await host.Queue.Inspector.GetPayloadAsync(id)).Span));
    }

    [Fact]
    public async Task UseJson_IsUsedOnBothSides()
    {
        string? got = null;
        await using var host = await TestHost.StartAsync(q => q
            .UseJson(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.KebabCaseUpper })
            .AddHandler<Mail>("mail.send", (mail, _, _) =>
            {
                got = mail.Address;
                return Task.CompletedTask;
            })
            .AddWorker());

        var id = await host.Queue.EnqueueAsync(new Mail("a@b.c"));

        await host.FinishedAsync(id);
        Assert.Equal("a@b.c", got);
        Assert.Equal("""{"ADDRESS":"a@b.c"}""", Encoding.UTF8.GetString((await host.Queue.Inspector.GetPayloadAsync(id)).Span));
    }

    private static Task Nothing(Mail payload, TaskContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    private sealed record Mail(string Address);

    private sealed class Loop
    {
        public Loop Self => this;
    }
}
