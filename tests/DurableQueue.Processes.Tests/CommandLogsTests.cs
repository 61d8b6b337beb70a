using System.Diagnostics;
using System.Text;
using DurableQueue.Processes.Running;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DurableQueue.Processes.Tests;

/// <summary>Finding and reading the logs of tasks, whatever has become of them. The files are written by the tests.</summary>
public sealed class CommandLogsTests : FolderTest, IAsyncLifetime
{
    private SqliteTaskQueue queue = null!;

    private CommandLogs Logs => new(queue, Files);

    public async Task InitializeAsync() => queue = await SqliteTaskQueue.OpenAsync(QueuePath);

    public async Task DisposeAsync() => await queue.DisposeAsync();

    [Fact]
    public async Task Find_AttemptThatRunsAndThenEnded_SaysSizeAndWhetherItIsFinal()
    {
        var lease = await StartAsync();
        Write(Files.Log(lease.TaskId, 1), "hello");

        Assert.Equal(
            new TaskLog { Id = lease.TaskId, Attempt = 1, Status = TaskLogStatus.Present, Size = 5, Ended = false }, await Logs.FindAsync(lease.TaskId));

        await queue.CompleteAsync(lease);
        Assert.True((await Logs.FindAsync(lease.TaskId)).Ended);
    }

    [Fact]
    public async Task Find_EarlierAttempt_IsFinalWhileTheTaskRuns()
    {
        var lease = await StartAsync();
        Write(Files.Log(lease.TaskId, 1), "first");
        await queue.FailAsync(lease, new TaskFailure("no") { RetryAfter = TimeSpan.Zero });
        await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" });
        Write(Files.Log(lease.TaskId, 2), "second!");

        var (first, latest) = (await Logs.FindAsync(lease.TaskId, 1), await Logs.FindAsync(lease.TaskId));

        Assert.Equal((1, 5L, true), (first.Attempt, first.Size, first.Ended));
        Assert.Equal((2, 7L, false), (latest.Attempt, latest.Size, latest.Ended));
    }

    [Fact]
    public async Task Find_NothingToRead_SaysWhy()
    {
        var other = await queue.EnqueueAsync(new NewTask("report") { Stashed = true });
        var waiting = await queue.EnqueueAsync(new CommandTask { CommandLine = "true" }.ToTask(t => t with { Stashed = true }));
        var running = (await StartAsync()).TaskId;
        var ended = await StartAsync();
        await queue.CompleteAsync(ended);

        Assert.Equal(TaskLogStatus.NoLog, await StatusAsync(other));
        Assert.Equal(TaskLogStatus.NotStarted, await StatusAsync(waiting));
        Assert.Equal(TaskLogStatus.NothingWritten, await StatusAsync(running));
        Assert.Equal(TaskLogStatus.NoSuchAttempt, await StatusAsync(running, 2));
        Assert.Equal(TaskLogStatus.NoSuchAttempt, await StatusAsync(running, -1));
        Assert.Equal(TaskLogStatus.NotSeparate, await StatusAsync(running, stream: TaskLogStream.Errors));
        Assert.Equal(TaskLogStatus.Removed, await StatusAsync(ended.TaskId));
        await Assert.ThrowsAsync<TaskNotFoundException>(async () => await Logs.FindAsync(new TaskId(99)));
    }

    [Fact]
    public async Task Find_WorkerOnAnotherMachine_NamesIt()
    {
        var lease = await StartAsync();
        Rename(lease.TaskId, "elsewhere.example");

        var log = await Logs.FindAsync(lease.TaskId);

        Assert.Equal((TaskLogStatus.OnAnotherHost, "elsewhere.example"), (log.Status, log.Host));
        Assert.Contains("elsewhere.example", log.Missing, StringComparison.Ordinal);
        await Assert.ThrowsAsync<FileNotFoundException>(async () => await Logs.ReadAsync(log, 0, 10));
    }

    [Fact]
    public async Task Find_SeparateErrors_AreALogOfTheirOwn()
    {
        var lease = await StartAsync(c => c with { SeparateErrors = true });
        Write(Files.Log(lease.TaskId, 1), "out");
        Write(Files.ErrorLog(lease.TaskId, 1), "wrong");

        var log = await Logs.FindAsync(lease.TaskId, stream: TaskLogStream.Errors);

        Assert.Equal("wrong", TextOf(await Logs.ReadAsync(log, 0, 100)));
    }

    [Theory]
    [InlineData(0, 4, "0123", 0)]
    [InlineData(4, 100, "456789", 4)]
    [InlineData(-3, 100, "789", 7)]
    [InlineData(-3, 2, "78", 7)]
    [InlineData(-100, 100, "0123456789", 0)]
    [InlineData(10, 100, "", 10)]
    [InlineData(11, 100, "", 10)]
    public async Task Read_APosition_GivesThatPartAndWhereItIs(long from, int most, string expected, long begins)
    {
        var lease = await StartAsync();
        Write(Files.Log(lease.TaskId, 1), "0123456789");

        var part = await Logs.ReadAsync(await Logs.FindAsync(lease.TaskId), from, most);

        Assert.Equal((expected, begins, begins + expected.Length, 10L), (TextOf(part), part.From, part.Next, part.Size));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(TaskLogPart.MaxBytes + 1)]
    public async Task Read_SizeOutOfRange_IsRefused(int most)
    {
        var lease = await StartAsync();
        Write(Files.Log(lease.TaskId, 1), "text");
        var log = await Logs.FindAsync(lease.TaskId);

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Logs.ReadAsync(log, 0, most));
    }

    [Fact]
    public async Task Read_DeletedSinceItWasFound_SaysSo()
    {
        var lease = await StartAsync();
        Write(Files.Log(lease.TaskId, 1), "text");
        var log = await Logs.FindAsync(lease.TaskId);
        Files.Delete(lease.TaskId);

        await Assert.ThrowsAsync<FileNotFoundException>(async () => await Logs.ReadAsync(log, 0, 10));
    }

    [Fact]
    public async Task Read_LinkInPlaceOfALog_IsNotFollowed()
    {
        var lease = await StartAsync();
        await File.WriteAllTextAsync(In("secret"), "secret");
        Directory.CreateDirectory(Files.LogDirectory);
        File.CreateSymbolicLink(Files.Log(lease.TaskId, 1), In("secret"));
        var present = new TaskLog { Id = lease.TaskId, Attempt = 1, Status = TaskLogStatus.Present };

        Assert.Contains("is a link", (await Assert.ThrowsAsync<PlaceException>(async () => await Logs.FindAsync(lease.TaskId))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PlaceException>(async () => await Logs.ReadAsync(present, 0, 10));
        await Assert.ThrowsAsync<PlaceException>(async () => await FollowAsync(lease.TaskId, _ => ValueTask.FromResult(true)));
    }

    [Fact]
    public async Task Read_LogOfOneGigabyte_OpensAtItsEnd()
    {
        const long Size = 1L << 30;
        var lease = await StartAsync();
        Write(Files.Log(lease.TaskId, 1), "");
        using (var file = File.OpenWrite(Files.Log(lease.TaskId, 1)))
        {
            // A hole: it takes no space.
            file.SetLength(Size - 4);
            file.Position = Size - 4;
            file.Write("end\n"u8);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        var part = await Logs.ReadAsync(await Logs.FindAsync(lease.TaskId), -65_536, 65_536);

        // 200 ms are promised; the rest is for a loaded machine.
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromMilliseconds(600));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        Assert.Equal((Size, Size - 65_536), (part.Size, part.From));
        Assert.EndsWith("\0end\n", TextOf(part), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Follow_OverTwoAttempts_YieldsAllOfBothAndEndsWithTheTask()
    {
        var lease = await StartAsync();
        Write(Files.Log(lease.TaskId, 1), "one ");
        var text = new StringBuilder();

        await FollowAsync(lease.TaskId, async part =>
        {
            Assert.Equal(text.ToString().Length - (part.Attempt == 1 ? 0 : "one two ".Length), part.From);
            text.Append(TextOf(part));
            switch (text.ToString())
            {
                case "one ":
                    Write(Files.Log(lease.TaskId, 1), "two ");
                    break;
                case "one two ":
                    await queue.FailAsync(lease, new TaskFailure("no") { RetryAfter = TimeSpan.Zero });
                    lease = (await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }))!.Lease;
                    Write(Files.Log(lease.TaskId, 2), "three");
                    break;
                default:
                    await queue.CompleteAsync(lease);
                    break;
            }

            return true;
        });

        Assert.Equal("one two three", text.ToString());
    }

    [Fact]
    public async Task Follow_LastLinesOfATaskThatHasEnded_YieldsThem()
    {
        var lease = await StartAsync();
        Write(Files.Log(lease.TaskId, 1), "1\n2\n3\n");
        await queue.CompleteAsync(lease);
        var text = "";

        await FollowAsync(lease.TaskId, part => { text += TextOf(part); return ValueTask.FromResult(true); }, new TaskLogFollowOptions { LastLines = 2 });

        Assert.Equal("2\n3\n", text);
    }

    [Fact]
    public async Task Follow_WrongOptions_AreRefusedAtOnce()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Logs.FollowAsync(new TaskId(1), new TaskLogFollowOptions { Attempt = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Logs.FollowAsync(new TaskId(1), new TaskLogFollowOptions { LastLines = -1 }));
        await Assert.ThrowsAsync<TaskNotFoundException>(() => FollowAsync(new TaskId(99), _ => ValueTask.FromResult(true)));
    }

    private static string TextOf(TaskLogPart part) => Encoding.UTF8.GetString(part.Bytes.Span);

    private static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.AppendAllText(path, text);
    }

    private async Task<Lease> StartAsync(Func<CommandTask, CommandTask>? configure = null)
    {
        var command = new CommandTask { CommandLine = "true" };
        await queue.EnqueueAsync((configure?.Invoke(command) ?? command).ToTask());
        return (await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }))!.Lease;
    }

    private async Task<TaskLogStatus> StatusAsync(TaskId id, int? attempt = null, TaskLogStream stream = TaskLogStream.Output)
    {
        var log = await Logs.FindAsync(id, attempt, stream);
        Assert.NotEqual("", log.Missing);
        return log.Status;
    }

    private async Task FollowAsync(TaskId id, Func<TaskLogPart, ValueTask<bool>> take, TaskLogFollowOptions? options = null)
    {
        using var limit = new CancellationTokenSource(CommandHost.Guard);
        await foreach (var part in Logs.FollowAsync(id, options, limit.Token))
        {
            if (!await take(part))
            {
                return;
            }
        }
    }

    /// <summary>Makes the worker of a task one of another machine.</summary>
    private void Rename(TaskId id, string host)
    {
        using var connection = new SqliteConnection($"Data Source={QueuePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE worker SET host = $host";
        command.Parameters.AddWithValue("$host", host);
        Assert.True(command.ExecuteNonQuery() > 0, $"the worker of task {id} is registered");
    }
}
