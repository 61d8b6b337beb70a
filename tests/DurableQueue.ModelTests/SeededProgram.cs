using System.Globalization;
using System.Text;

namespace DurableQueue.ModelTests;

/// <summary>Random steps over one part of the queue, on two queues of one file, each compared with a model of that part.</summary>
internal abstract class SeededProgram
{
    private readonly StringBuilder transcript = new();

    /// <summary>How many steps it has.</summary>
    protected abstract int Length { get; }

    /// <summary>Runs the program of a seed. What it throws has the seed and all steps so far.</summary>
    protected static async Task RunAsync(int seed, Func<QueueUnderTest, Random, SeededProgram> create)
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var program = create(queue, new Random(seed));
        try
        {
            for (var step = 0; step < program.Length; step++)
            {
                await program.StepAsync();
                await program.CompareAsync();
            }

            await program.CompareAtTheEndAsync();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"Seed {seed}:\n{program.transcript}{e.Message}", e);
        }
    }

    protected abstract Task StepAsync();

    protected abstract Task CompareAsync();

    /// <summary>What is too much to be compared after each step.</summary>
    protected virtual Task CompareAtTheEndAsync() => Task.CompletedTask;

    protected void Say(string line) => transcript.AppendLine(line);

    protected static void Same<T>(string what, T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new InvalidOperationException($"{what}: expected\n    {expected}\n  but is\n    {actual}");
        }
    }

    protected static string Lines<T>(IEnumerable<T> values) =>
        string.Join("\n    ", values.Select(value => string.Create(CultureInfo.InvariantCulture, $"{value}")));
}
