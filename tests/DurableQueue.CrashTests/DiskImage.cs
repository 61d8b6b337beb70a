using System.Globalization;

namespace DurableQueue.CrashTests;

/// <summary>A copy of a queue's files as somebody finds them later. Without the shared memory, which no disk has.</summary>
internal sealed class DiskImage
{
    private readonly string directory;

    public DiskImage(string directory, IReadOnlyDictionary<string, byte[]> files)
    {
        this.directory = Directory.CreateDirectory(directory).FullName;
        foreach (var (name, content) in files)
        {
            File.WriteAllBytes(Path.Combine(directory, name), content);
        }
    }

    public string FilePath => Path.Combine(directory, "queue.db");

    /// <summary>Exactly what the journal says must be there.</summary>
    public Task CheckAtRestAsync(Journal journal, Verdict verdict, string context) =>
        CheckAsync(verdict, context, check => journal.Look(view =>
        {
            check.CheckAtRest(view);
            return true;
        }));

    /// <summary>At least what had been acknowledged.</summary>
    public Task CheckAsync(JournalCut cut, Verdict verdict, string context) => CheckAsync(verdict, context, check =>
    {
        check.CheckEnqueued(cut);
        check.CheckLiving(cut);
    });

    /// <summary>It opens, holds what it must, passes every check, and works. Then it is deleted.</summary>
    private async Task CheckAsync(Verdict verdict, string context, Action<JournalCheck> check)
    {
        try
        {
            await using (var queue = await SqliteTaskQueue.OpenAsync(FilePath, new SqliteQueueOptions { BackgroundSweeps = false }))
            {
                foreach (var finding in (await queue.Inspector.VerifyAsync()).Findings)
                {
                    verdict.Violated($"{finding} ({context})");
                }

                check(new JournalCheck(FileContent.Read(FilePath), verdict, context));
                await queue.EnqueueAsync(new NewTask("after"));
            }
        }
        catch (DurableQueueException error)
        {
            verdict.Violated(string.Create(CultureInfo.InvariantCulture, $"{error.Message} ({context})"));
        }

        if (verdict.IsGood)
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
