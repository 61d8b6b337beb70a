using System.Text.Json;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>Why a task does not run: the same words in the table, in JSON, from add, and in queries.</summary>
public sealed class ReasonTests : DqTest
{
    [Theory]
    [InlineData("approval", "approval", "--approval")]
    [InlineData("stashed", "stashed", "--stash")]
    [InlineData("not-before", "not-before ", "--delay", "1h")]
    [InlineData("dependencies", "dependencies 1", "--after", "1")]
    [InlineData("group-paused", "group-paused", "-g", "paused")]
    [InlineData("group-full", "group-full", "-g", "full")]
    [InlineData("no-worker", "no-worker", "-g", "unserved")]
    [InlineData("budget", "budget until ", "-g", "spent")]
    [InlineData("doomed", "doomed", "-g", "paused", "--after", "2:failed")]
    public async Task QueuedTask_EveryView_SaysTheSameWord(string word, string shown, params string[] options)
    {
        await SetUpAsync();

        var added = await Box.RunAsync(["add", "--json", .. options, "echo late"]);

        var json = JsonSchemas.Check("add", added);
        var id = json.GetProperty("id").GetInt64();
        Assert.Contains(word, Words(json));
        Assert.Equal(Words(json), Words(await Box.TaskAsync(id)));
        Assert.Contains(shown, (await Box.DoAsync("status", $"id={id}")).Out, StringComparison.Ordinal);
        Assert.Equal([id], (await JsonAsync("status", "status", "--json", $"status={word} and command='echo late'")).GetProperty("tasks").EnumerateArray().Select(Id));
        var isSaid = word is not ("not-before" or "dependencies" or "group-full");
        Assert.Equal(isSaid, added.Err.Contains($"Task {id} does not run: {word}", StringComparison.Ordinal));
        Assert.DoesNotContain(Id(await Box.TaskAsync(1)), (await Box.DoAsync("status", "--json", $"status={word}")).Json.GetProperty("tasks").EnumerateArray().Select(Id));
    }

    [Fact]
    public async Task QueuedTask_UntilAndIds_AreTold()
    {
        await SetUpAsync();

        var (waits, spent) = (await Box.AddAsync("-a", "1", "true"), await Box.AddAsync("-g", "spent", "true"));

        Assert.Equal([1], (await Box.TaskAsync(waits)).GetProperty("reasons")[0].GetProperty("tasks").EnumerateArray().Select(each => each.GetInt64()));
        Assert.True((await Box.TaskAsync(spent)).GetProperty("reasons")[0].GetProperty("until").GetDateTimeOffset() > DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task Command_ThatIsPaused_IsShownSoAndKeepsItsState()
    {
        await Box.StartWorkerAsync();
        var id = await Box.AddAsync("echo up; sleep 60");
        await Sandbox.UntilAsync(async () => (await Box.RunAsync("log", $"{id}")).Out == "up\n", "it runs");
        Assert.False((await Box.TaskAsync(id)).GetProperty("paused").GetBoolean());

        await Box.DoAsync("pause", $"{id}");

        var task = (await JsonAsync("status", "status", "--json", $"id={id}")).GetProperty("tasks")[0];
        Assert.Equal(("CheckedOut", true), (task.GetProperty("state").GetString(), task.GetProperty("paused").GetBoolean()));
        Assert.Contains(" paused ", (await Box.DoAsync("status", $"id={id}")).Out, StringComparison.Ordinal);
        await Box.DoAsync("start", $"{id}");
        Assert.Contains(" running ", (await Box.DoAsync("status", $"id={id}")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Top_QueuedTask_SaysWhyItDoesNotRun()
    {
        await Box.DoAsync("group", "add", "paused");
        await Box.DoAsync("group", "pause", "paused");
        await Box.AddAsync("-g", "paused", "true");
        await using var terminal = new Terminal(Box);

        await terminal.StartAsync(110, 36, "dq top");

        var screen = await terminal.UntilShownAsync("does not run: no-worker");
        Assert.Contains("does not run: group-paused", screen, StringComparison.Ordinal);
    }

    /// <summary>A worker that takes most groups; task 1 runs and task 2 has succeeded, each in a group of its own.</summary>
    private async Task SetUpAsync()
    {
        await using var queue = await Box.OpenAsync();
        foreach (var (group, limit) in new[] { ("default", 0), ("paused", 0), ("full", 1), ("spent", 0), ("unserved", 0) })
        {
            await queue.Groups.EnsureAsync(group, limit);
        }

        var type = DurableQueue.Processes.CommandTask.TypeName;
        var (running, done, held) = (
            await queue.EnqueueAsync(new NewTask(type) { Group = "full" }), await queue.EnqueueAsync(new NewTask(type)), await queue.EnqueueAsync(new NewTask(type) { Group = "spent" }));
        await queue.Budgets.SetAsync(BudgetTarget.Group("spent"), new BudgetPolicy { Rate = new RateCap(1, TimeSpan.FromHours(1)) });
        var leases = await queue.CheckoutAsync(new CheckoutRequest { Worker = "test", Types = [type], Groups = ["default", "paused", "full", "spent"] }, 3);
        Assert.Equal([running, done, held], leases.Select(lease => lease.Id).Order());
        await queue.CompleteAsync(leases.Single(lease => lease.Id == done).Lease);
        await queue.Groups.PauseAsync("paused");
    }

    private static long Id(JsonElement task) => task.GetProperty("id").GetInt64();

    private static string[] Words(JsonElement task) => [.. task.GetProperty("reasons").EnumerateArray().Select(reason => reason.GetProperty("reason").GetString()!)];
}
