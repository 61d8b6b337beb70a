using System.Globalization;
using System.Text;
using System.Text.Json;
using DurableQueue.Processes;
using Microsoft.Data.Sqlite;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Cli.Tests;

/// <summary>What <c>dq export</c> writes, <c>dq import</c> makes again: every field of a task, and its payload to the byte.</summary>
public sealed class ExportRoundTripTests(ITestOutputHelper output) : DqTest
{
    private static readonly byte[][] Payloads =
    [
        [], .. new[]
        {
            "null", " null", "true", "1.0", "1e400", "12345678901234567890.10", "{}", "{ }", " {}", "{}\n", "{}\r\n", "\t{}", "{\"a\":1,\"a\":2}", "{\n  \"indented\": [\n    1\n  ]\n}\n",
            "\"\\u00e9\\ud83d\\ude00\"", "\"é😀\u2028\u0085\"", "\"\\ud800\"", "\"<script>&'\"", "// comment\n{}", "{\"a\":1,}", "text", "\ufeff{}", "\0", "{\"payload_base64\":\"e30=\"}",
            Deep(62), Deep(63), Deep(64), Deep(65), Deep(200),
        }.Select(Encoding.UTF8.GetBytes),
        [0xff, 0xfe], [(byte)'"', 0xc3, (byte)'"'], [.. Enumerable.Range(0, 256).Select(value => (byte)value)],
    ];

    [Fact]
    public async Task Import_EveryField_IsAsItWasExported()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var other = Path.Combine(Box.Folder, "other.db");
        List<(TaskInfo Info, TaskContent Content)> before;
        await using (var queue = await Box.OpenAsync())
        {
            await queue.EnqueueAsync(Tasks(new Random(seed), 200));
            before = await ReadAsync(queue);
        }

        var exported = await Box.DoAsync("export", "--show-env");
        var imported = await Box.RunProgramAsync(Sandbox.Dq, ["--queue", other, "import", "-", "--json"], exported.Out);

        Assert.All(exported.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => JsonSchemas.Check("export", JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 100 }).RootElement));
        Assert.True(imported.ExitCode == 0, $"seed {seed}: {imported.Err}");
        var ids = imported.Json.GetProperty("ids").EnumerateObject().ToDictionary(pair => long.Parse(pair.Name, CultureInfo.InvariantCulture), pair => pair.Value.GetInt64());
        await using var copies = await SqliteTaskQueue.OpenAsync(other, new SqliteQueueOptions { BackgroundSweeps = false });
        var after = (await ReadAsync(copies)).ToDictionary(task => task.Info.Id.Value);
        Assert.Equal(before.Count, after.Count);
        foreach (var (info, content) in before)
        {
            var (copy, copied) = after[ids[info.Id.Value]];
            Assert.True(Describe(info) == Describe(copy), $"seed {seed}, task {info.Id}:\n{Describe(info)}\n{Describe(copy)}");
            Assert.True(content.Payload.Span.SequenceEqual(copied.Payload.Span), $"seed {seed}, task {info.Id}: {Convert.ToHexString(content.Payload.Span)}\n{Convert.ToHexString(copied.Payload.Span)}");
            Assert.Equal(
                content.Dependencies.Select(dependency => (ids[dependency.On.Value], dependency.When, dependency.State)).Order(),
                copied.Dependencies.Select(dependency => (dependency.On.Value, dependency.When, dependency.State)).Order());
        }
    }

    [Fact]
    public async Task Import_CommandsThatShareAnEnvironment_HaveItWholeAndShareItAgain()
    {
        Box.Variables["SHARED"] = new string('s', 2_000);
        long[] added = [await Box.AddAsync("echo one"), await Box.AddAsync("echo two")];
        var other = Path.Combine(Box.Folder, "other.db");

        var exported = await Box.DoAsync("export", "--show-env");
        var imported = await Box.RunProgramAsync(Sandbox.Dq, ["--queue", other, "import", "-", "--json"], exported.Out);

        Assert.True(imported.ExitCode == 0, imported.Err);
        var ids = imported.Json.GetProperty("ids");
        await using var queue = await Box.OpenAsync();
        await using var copies = await SqliteTaskQueue.OpenAsync(other, new SqliteQueueOptions { BackgroundSweeps = false });
        foreach (var id in added)
        {
            var copy = new TaskId(ids.GetProperty(id.ToString(CultureInfo.InvariantCulture)).GetInt64());
            var payload = (await queue.Inspector.GetPayloadAsync(new TaskId(id))).ToArray();
            Assert.Equal(payload, (await copies.Inspector.GetPayloadAsync(copy)).ToArray());
            Assert.Equal(Box.Variables["SHARED"], CommandTask.FromPayload(payload).Environment!["SHARED"]);
        }

        Assert.Equal(1L, Count(other));
        Assert.True((await copies.Inspector.VerifyAsync()).IsSound);
        await Box.DoAsync(["--queue", other, "remove", .. (await copies.Inspector.QueryAsync(new TaskQuery())).Tasks.Select(task => $"{task.Id}")]);
        Assert.Equal(0L, Count(other));

        static object? Count(string path)
        {
            using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT count(*) FROM shared_part";
            return command.ExecuteScalar();
        }
    }

    [Fact]
    public async Task Export_WithoutShowEnv_LeavesOutTheEnvironmentAndNothingElse()
    {
        await using (var queue = await Box.OpenAsync())
        {
            await queue.EnqueueAsync(new NewTask(CommandTask.TypeName, "{\"commandLine\":\"é\",\"Environment\":{\"SECRET\":\"x\"},\"later\":{\"n\":1.50}}"u8.ToArray()));
        }

        var line = (await Box.DoAsync("export")).Json;

        Assert.Equal("""{"commandLine":"\u00E9","later":{"n":1.50}}""", line.GetProperty("payload").GetRawText());
    }

    [Fact]
    public async Task Import_ParentBehindItsChild_IsAddedInOneOrder()
    {
        var parent = await Box.AddAsync("true");
        var child = await Box.AddAsync("-a", $"{parent}", "true");
        var lines = (await Box.DoAsync("export")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        var result = await Box.RunProgramAsync(Sandbox.Dq, ["import", "-", "--json"], $"{lines[1]}\n\n{lines[0]}\n");

        var ids = JsonSchemas.Check("import", result).GetProperty("ids");
        await using var queue = await Box.OpenAsync();
        var added = new TaskId(ids.GetProperty($"{child}").GetInt64());
        Assert.Equal(ids.GetProperty($"{parent}").GetInt64(), Assert.Single((await queue.Inspector.GetContentsAsync([added]))[added].Dependencies).On.Value);
    }

    [Theory]
    [InlineData("{\"version\":1,\"id\":1,\"type\":\"a\"}\n{\"version\":1,\"id\":1,\"type\":\"b\"}", "line 2", "task 1 is already on line 1")]
    [InlineData("{\"version\":1,\"id\":1,\"type\":\"a\"}\n{\"version\":1,\"id\":2,\"type\":\"b\",\"after\":[{\"id\":7}]}", "line 2", "depends on task 7, which is not imported")]
    [InlineData("{\"version\":1,\"id\":1,\"type\":\"a\",\"after\":[{\"id\":2}]}\n{\"version\":1,\"id\":2,\"type\":\"b\",\"after\":[{\"id\":1}]}", "line", "depends on itself")]
    [InlineData("{\"version\":1,\"id\":1,\"type\":\"a\",\"key_scope\":\"Later\"}", "line 1", "'Later' is not one of Active")]
    [InlineData("{\"version\":1,\"id\":1,\"type\":\"a\",\"timeout_seconds\":1e28}", "line 1", "")]
    [InlineData("{\"version\":1,\"id\":1,\"type\":\"a\",\"payload_base64\":\"?\"}", "line 1", "")]
    [InlineData("[]", "line 1", "not an object")]
    public async Task Import_Mistake_IsNamedWithItsLineAndNothingIsAdded(string text, string line, string expected)
    {
        var result = await Box.RunProgramAsync(Sandbox.Dq, ["import", "-"], text);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(line, result.Err, StringComparison.Ordinal);
        Assert.Contains(expected, result.Err, StringComparison.Ordinal);
        Assert.Equal(0, (await Box.DoAsync("status", "--json")).Json.GetProperty("tasks").GetArrayLength());
    }

    private static string Deep(int depth) => new string('[', depth) + new string(']', depth);

    private static List<NewTask> Tasks(Random random, int count)
    {
        var tasks = new List<NewTask>();
        for (var i = 0; i < count; i++)
        {
            var task = i % 4 == 0
                ? new CommandTask { CommandLine = $"echo '{i} é\n\u2028'", Environment = new Dictionary<string, string> { ["A"] = "b\nc", ["empty"] = "" }, KillGrace = Some(random, 1, 5_000) }.ToTask()
                : new NewTask($"type-{random.Next(3)}", Payloads[i < Payloads.Length * 2 ? i / 2 : random.Next(Payloads.Length)]);
            task = task with
            {
                Group = Pick(random, NewTask.DefaultGroup, "ml", "a:b/c"),
                Label = Pick(random, null, "plain", "日本語 \"quoted\" \\ 'x'", "שלום", "👩‍👩‍👧"),
                Priority = random.Next(-3, 4) * random.Next(1, 1_000_000),
                MaxAttempts = random.Next(1, 50),
                Timeout = Some(random, 1, 100_000_000),
                LeaseDuration = Some(random, 100, 86_400_000),
                EstimatedCost = random.Next(3) == 0 ? new Cost(random.Next(1, 1_000_000) / 1_000m, Pick(random, "usd", "tokens")!) : null,
                Retry = random.Next(3) == 0 ? new RetryPolicy { InitialDelay = TimeSpan.FromMilliseconds(random.Next(1, 100_000)), MaxDelay = TimeSpan.FromMilliseconds(random.Next(100_000, 9_000_000)), Factor = 1 + random.NextDouble(), Jitter = random.NextDouble() * 0.9 } : null,
                DedupKey = random.Next(3) == 0 ? $"key {i}\u2028" : null,
                DedupScope = Enum.GetValues<DedupScope>()[random.Next(3)],
                Metadata = random.Next(2) == 0 ? new Dictionary<string, string> { ["a"] = $"{i}", ["b \u2028"] = "" } : null,
            };
            tasks.Add(random.Next(10) == 0 ? task with { RunNow = true } : task with
            {
                NotBefore = random.Next(3) == 0 ? DateTimeOffset.FromUnixTimeMilliseconds(4_000_000_000_000 + random.Next()) : null,
                Stashed = random.Next(4) == 0,
                Approval = random.Next(4) == 0 ? new ApprovalTerms { ExpiresAfter = Some(random, 1_000, 100_000_000), Approvers = random.Next(2) == 0 ? ["ann", "bob é"] : null } : null,
                After = i > 0 && random.Next(3) == 0 ? [TaskDependency.OnItem(random.Next(i), Enum.GetValues<DependencyCondition>()[random.Next(3)])] : [],
            });
        }

        return tasks;
    }

    private static T Pick<T>(Random random, params T[] values) => values[random.Next(values.Length)];

    private static TimeSpan? Some(Random random, int least, int most) => random.Next(2) == 0 ? TimeSpan.FromMilliseconds(random.Next(least, most)) : null;

    private static async Task<List<(TaskInfo Info, TaskContent Content)>> ReadAsync(SqliteTaskQueue queue)
    {
        var page = await queue.Inspector.QueryAsync(new TaskQuery { Limit = 10_000 });
        var contents = await queue.Inspector.GetContentsAsync([.. page.Tasks.Select(task => task.Id)]);
        return [.. page.Tasks.Select(task => (task, contents[task.Id]))];
    }

    /// <summary>All that an import can keep: what it can't are ids, times and workers of the past.</summary>
    private static string Describe(TaskInfo task) => JsonSerializer.Serialize(new
    {
        task.Type, task.Group, task.Label, task.Priority, task.State, task.Holds, task.MaxAttempts, task.Retry, task.Timeout, task.LeaseDuration, task.EstimatedCost,
        task.Approval?.ExpiresAfter, task.Approval?.Approvers, task.NotBefore, task.Urgent, task.DedupKey, task.DedupScope,
        Metadata = task.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal), task.PendingDependencies,
    });
}
