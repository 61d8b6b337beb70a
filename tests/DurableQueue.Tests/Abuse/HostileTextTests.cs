using System.Text;
using DurableQueue.Tests.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Abuse;

/// <summary>Text that tries to be something else, in every field that takes text: refused before anything is written, or kept to the letter.</summary>
public sealed class HostileTextTests : IDisposable
{
    private static readonly Dictionary<string, string> Texts = new()
    {
        ["sql"] = "'); DROP TABLE task; --",
        ["sql quotes"] = "\" OR \"\"=\"; PRAGMA writable_schema = 1",
        ["like"] = "%_[a-z]*?\\",
        ["json"] = "\",\"state\":2,\"x\":\"",
        ["json array"] = "[1,2,{\"$type\":\"System.Diagnostics.Process\"}]",
        ["parameter"] = "@id :id $id ?1",
        ["ansi"] = "\u001b[2J\u001b]0;owned\u0007",
        ["lines"] = "one\r\ntwo\nthree\tfour",
        ["path"] = "../../../../etc/passwd",
        ["windows path"] = "..\\..\\C:\\Windows\\System32",
        ["format"] = "{0}{1:X}{{}}%s%n",
        ["nul"] = "before\0after",
        ["lone high surrogate"] = "a\ud800b",
        ["lone low surrogate"] = "a\udc00b",
        ["reversed surrogates"] = "\udc00\ud800",
        ["bidi"] = "\u202egnp.exe\u2066",
        ["emoji"] = "👩‍👩‍👧‍👦 \U0010FFFF",
        ["combining"] = "e" + new string('\u0301', 200),
        ["bom"] = "\ufeffbom",
        ["clr"] = "System.Diagnostics.Process, System, Version=4.0.0.0",
        ["child key"] = "child:1:key:x",
        ["empty"] = "",
        ["blank"] = "   ",
        ["long"] = string.Concat(Enumerable.Repeat("😀", 250_000)),
    };

    private readonly QueueDirectory directory = new();

    public void Dispose() => directory.Dispose();

    public static TheoryData<string> Names => [.. Texts.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task EveryField_HostileText_IsRefusedOrKeptToTheLetter(string name)
    {
        var text = Texts[name];
        await using var queue = await directory.OpenAsync();
        var canary = await queue.EnqueueAsync(new NewTask("canary", Encoding.UTF8.GetBytes("alive")) { Stashed = true });
        var kept = new List<string>();

        await EnqueueAsync("type", new NewTask(text), info => info.Type);
        await EnqueueAsync("group", new NewTask("t") { Group = text }, info => info.Group);
        await EnqueueAsync("label", new NewTask("t") { Label = text }, info => info.Label ?? "");
        await EnqueueAsync("dedup key", new NewTask("t") { DedupKey = text }, info => info.DedupKey);
        await EnqueueAsync("metadata value", new NewTask("t") { Metadata = new Dictionary<string, string> { ["k"] = text } }, info => info.Metadata["k"]);
        await EnqueueAsync("metadata key", new NewTask("t") { Metadata = new Dictionary<string, string> { [text] = "v" } }, info => info.Metadata.Keys.Single());
        await TryAsync("payload", async () =>
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            var id = await queue.EnqueueAsync(new NewTask("t", bytes));
            Assert.Equal(bytes, (await queue.Inspector.GetPayloadAsync(id)).ToArray());
        });
        await TryAsync("edit label", async () =>
        {
            var id = await queue.EnqueueAsync(new NewTask("t"));
            await queue.Control.EditAsync(id, new TaskEdit { Label = text });
            Assert.Equal(text, (await queue.Inspector.GetAsync(id))!.Label ?? "");
        });
        await TryAsync("reason", async () =>
        {
            var id = await queue.EnqueueAsync(new NewTask("t"));
            await queue.Control.CancelAsync(id, text);
            Assert.Equal(text, (await queue.Inspector.GetAsync(id))!.LastError);
        });
        await TryAsync("note", async () =>
        {
            var id = await queue.EnqueueAsync(new NewTask("t") { RequiresApproval = true });
            await queue.Control.RejectAsync(id, "ann", text);
            Assert.Equal($"Rejected by ann: {text}", (await queue.Inspector.GetAsync(id))!.LastError);
        });
        await TryAsync("decided by", async () =>
        {
            var id = await queue.EnqueueAsync(new NewTask("t") { RequiresApproval = true });
            await queue.Control.RejectAsync(id, text, "no");
            Assert.Equal($"Rejected by {text}: no", (await queue.Inspector.GetAsync(id))!.LastError);
        });
        await TryAsync("group name", async () =>
        {
            await queue.Groups.EnsureAsync(text);
            Assert.Equal(text, (await queue.Groups.GetAsync(text))!.Name);
        });
        await TryAsync("worker", async () =>
        {
            await queue.EnqueueAsync(new NewTask("for.worker"));
            var task = await queue.CheckoutAsync(new CheckoutRequest { Worker = text, Types = ["for.worker"] });
            Assert.Equal(text, (await queue.Inspector.GetAsync(task!.Id))!.Worker);
        });
        await TryAsync("checkout types", async () =>
            Assert.Empty(await queue.CheckoutAsync(new CheckoutRequest { Worker = "w", Types = [text], Groups = [text] }, 5)));
        await TryAsync("progress", async () =>
        {
            var lease = await LeaseAsync(queue);
            await queue.ReportProgressAsync(lease, 0.5, text);
            Assert.Equal(text, (await queue.Inspector.GetAsync(lease.TaskId))!.ProgressMessage ?? "");
        });
        await TryAsync("query", async () =>
        {
            var page = await queue.Inspector.QueryAsync(new TaskQuery { Label = text, Types = [text], Groups = [text] });
            Assert.All(page.Tasks, task => Assert.Equal(text, task.Label));
        });
        await TryAsync("prefix", async () =>
            Assert.All((await queue.Inspector.QueryAsync(new TaskQuery { LabelPrefix = text })).Tasks, task => Assert.StartsWith(text, task.Label ?? "", StringComparison.Ordinal)));
        await TryAsync("wait", async () => await queue.Inspector.WaitAsync(TaskSelector.ByLabel(text), new WaitOptions { Timeout = TimeSpan.Zero }));

        // An error is never refused: what went wrong must be told.
        var failing = await LeaseAsync(queue);
        Assert.True(await queue.FailAsync(failing, new TaskFailure(text) { Permanent = true }));
        Assert.NotNull((await queue.Inspector.GetAsync(failing.TaskId))!.LastError);

        Assert.Equal("alive", Encoding.UTF8.GetString((await queue.Inspector.GetPayloadAsync(canary)).Span));
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
        Assert.NotEmpty(kept);

        Task EnqueueAsync(string field, NewTask task, Func<TaskInfo, string?> read) =>
            TryAsync(field, async () => Assert.Equal(text, read((await queue.Inspector.GetAsync(await queue.EnqueueAsync(task)))!)));

        async Task TryAsync(string field, Func<Task> call)
        {
            try
            {
                await call();
                kept.Add(field);
            }
            catch (ArgumentException)
            {
                // Refused, before anything was written: the verification at the end would find the rest of it.
            }
        }
    }

    [Theory]
    [InlineData("queue;Mode=Memory.db")]
    [InlineData("queue'\".db")]
    [InlineData("queue?mode=memory&cache=shared.db")]
    [InlineData("queue %20%00#.db")]
    [InlineData("queue\n\u001b[31m.db")]
    [InlineData("|DataDirectory|queue.db")]
    [InlineData("ΚÜчередь 队列.db")]
    public async Task Open_HostileFileName_IsThatVeryFile(string name)
    {
        using var own = new QueueDirectory(name);
        TaskId id;
        await using (var queue = await own.OpenAsync())
        {
            id = await queue.EnqueueAsync(new NewTask("t"));
        }

        Assert.True(new FileInfo(own.FilePath).Length > 0);
        await using var again = await own.OpenAsync();
        Assert.NotNull(await again.Inspector.GetAsync(id));
        await again.BackupToAsync(own.FilePath + ".copy");
        Assert.True(File.Exists(own.FilePath + ".copy"));
    }

    private static async Task<Lease> LeaseAsync(SqliteTaskQueue queue)
    {
        await queue.EnqueueAsync(new NewTask("for.lease"));
        return (await queue.CheckoutAsync(new CheckoutRequest { Worker = "w", Types = ["for.lease"] }))!.Lease;
    }
}
