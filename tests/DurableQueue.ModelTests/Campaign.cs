using System.Collections.Concurrent;
using FsCheck.Fluent;

namespace DurableQueue.ModelTests;

/// <summary>A way to run a program: <see cref="SequentialRun"/> or <see cref="ConcurrentRun"/>.</summary>
internal delegate Task RunProgram(IReadOnlyList<Operation> program, Action<string> transcript);

/// <summary>A program that failed, made as small as could be.</summary>
internal sealed record Failure(ulong Seed, int Operations, Harm Harm, string Report);

/// <summary>Many programs, each from a seed of its own, on all cores.</summary>
internal static class Campaign
{
    /// <summary>A failing program that cannot be made smaller within this many tries is good enough.</summary>
    private const int MostTries = 1_000;

    /// <summary>A program takes a tenth of a second; after this long it hangs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Runs the programs of as many seeds as asked for, from the first on.</summary>
    /// <returns>The failures: none, or those that were found until all cores had noticed the first.</returns>
    public static async Task<IReadOnlyList<Failure>> RunAsync(RunProgram run, ulong seed, int programs)
    {
        var failures = new ConcurrentQueue<Failure>();
        await Parallel.ForEachAsync(Enumerable.Range(0, programs), async (index, _) =>
        {
            var own = seed + (ulong)index;
            if (failures.IsEmpty && await FindFailureAsync(run, own) is { } failure)
            {
                failures.Enqueue(failure);
            }
        });
        return [.. failures];
    }

    /// <summary>Runs the program of one seed; makes it smaller if it fails.</summary>
    public static async Task<Failure?> FindFailureAsync(RunProgram run, ulong seed)
    {
        var program = Programs.FromSeed(seed);
        if (await TryAsync(run, program) is not { } error)
        {
            return null;
        }

        for (var (tries, smaller) = (0, true); smaller && tries < MostTries;)
        {
            smaller = false;
            foreach (var candidate in Programs.Arbitrary.Shrinker(program).TakeWhile(_ => tries++ < MostTries && error.Error is not TimeoutException))
            {
                // A call that hangs burns its thread for good: no second one is looked for.
                if (await TryAsync(run, candidate) is { } smallerError)
                {
                    (program, error, smaller) = (candidate, smallerError, true);
                    break;
                }
            }
        }

        var harm = error.Error is Violation violation ? violation.Harm : Harm.Violated;
        var report = $"Seed {seed}, {program.Length} operations are left of it (tests/run.sh model --programs 1 --seed {seed}):\n{error.Transcript}\n{harm}: {(error.Error is Violation ? error.Error.Message : error.Error)}";
        return new Failure(seed, program.Length, harm, report);
    }

    private static async Task<(Exception Error, string Transcript)?> TryAsync(RunProgram run, IReadOnlyList<Operation> program)
    {
        var lines = new List<string>();
        try
        {
            await Task.Run(() => run(program, lines.Add)).WaitAsync(Patience);
            return null;
        }
        catch (Exception e)
        {
            // Whatever it is: the program that leads to it is what has to be told.
            return (e, string.Join('\n', lines.ToArray()));
        }
    }
}
