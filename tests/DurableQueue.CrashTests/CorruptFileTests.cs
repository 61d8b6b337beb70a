using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.CrashTests;

public sealed class CorruptFileTests(ITestOutputHelper output) : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("durable-queue-corrupt-").FullName;

    private string FilePath => Path.Combine(directory, "queue.db");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [InlineData("magic", 0, 16)]
    [InlineData("page size", 16, 2)]
    [InlineData("schema page", 100, 400)]
    [InlineData("everything", 0, int.MaxValue)]
    public async Task Open_MainFileGarbled_IsRefusedAndLeavesItAsItWas(string what, int from, int length)
    {
        var good = await MakeAsync();
        var bad = good.ToArray();
        Array.Fill(bad, (byte)0xA5, from, Math.Min(length, bad.Length - from));

        var error = await OpenRefusedAsync(bad);

        output.WriteLine($"{what}: {error.Error}, {error.Message}");
        Assert.Contains(error.Error, new[] { QueueStorageError.Corrupt, QueueStorageError.ForeignFile });
    }

    [Theory]
    [InlineData(50)]
    [InlineData(100)]
    [InlineData(5_000)]
    public async Task Open_MainFileCutShort_IsRefusedAndLeavesItAsItWas(int length)
    {
        var error = await OpenRefusedAsync((await MakeAsync())[..length]);

        output.WriteLine($"{length} bytes: {error.Error}, {error.Message}");
        Assert.Contains(error.Error, new[] { QueueStorageError.Corrupt, QueueStorageError.ForeignFile });
    }

    /// <summary>A page that nobody reads when the file opens is found out when it is read, and then as what it is.</summary>
    [Fact]
    public async Task Use_AnyPageGarbled_FailsWithAStorageErrorOrNotAtAll()
    {
        const int Page = 4096;
        var seed = Seed.Draw(output);
        var random = new Random(seed);
        var good = await MakeAsync();
        var refused = 0;
        for (var page = 0; page < good.Length / Page; page++)
        {
            var bad = good.ToArray();
            random.NextBytes(bad.AsSpan(page * Page, Page));
            await File.WriteAllBytesAsync(FilePath, bad);
            try
            {
                await using var queue = await SqliteTaskQueue.OpenAsync(FilePath, new SqliteQueueOptions { BackgroundSweeps = false });
                var task = await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" });
                if (task is not null)
                {
                    await queue.CompleteAsync(task.Lease);
                }

                await queue.EnqueueAsync(new NewTask("work", new byte[100]));
                await queue.Inspector.QueryAsync(new TaskQuery());
            }
            catch (QueueStorageException)
            {
                refused++;
            }

            DeleteFiles();
        }

        output.WriteLine($"{good.Length / Page} pages, {refused} noticed");
        Assert.True(refused > 0);
    }

    /// <summary>The bytes of a queue with a few hundred tasks.</summary>
    private async Task<byte[]> MakeAsync()
    {
        await using (var queue = await SqliteTaskQueue.OpenAsync(FilePath))
        {
            await queue.EnqueueAsync([.. Enumerable.Range(0, 300).Select(index => new NewTask("work", new byte[100]) { Label = $"label{index}" })]);
        }

        var bytes = await File.ReadAllBytesAsync(FilePath);
        DeleteFiles();
        return bytes;
    }

    private async Task<QueueStorageException> OpenRefusedAsync(byte[] bad)
    {
        await File.WriteAllBytesAsync(FilePath, bad);

        var error = await Assert.ThrowsAsync<QueueStorageException>(async () => await SqliteTaskQueue.OpenAsync(FilePath));

        Assert.Equal(bad, await File.ReadAllBytesAsync(FilePath));
        return error;
    }

    private void DeleteFiles()
    {
        foreach (var file in Directory.GetFiles(directory))
        {
            File.Delete(file);
        }
    }
}
