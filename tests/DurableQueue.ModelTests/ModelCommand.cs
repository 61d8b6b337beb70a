using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace DurableQueue.ModelTests;

/// <summary>What <c>tests/run.sh model</c> starts: as many programs as one likes.</summary>
internal static class ModelCommand
{
    public const string Usage = "Usage: tests/run.sh model [--programs N] [--seed S]";

    private const int DefaultPrograms = 2_000;

    /// <summary>Of so many programs one also runs with concurrent calls.</summary>
    private const int ConcurrentOneIn = 10;

    /// <returns>0: the queue kept to the model; 1: it did not; 2: the arguments are wrong.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output)
    {
        if (Parse(args, out var programs, out var seed) is { } mistake)
        {
            await output.WriteLineAsync($"{mistake}\n{Usage}");
            return 2;
        }

        return await RunAsync(programs, seed ?? FreshSeed(), output);
    }

    /// <summary>A seed that was not used before, small enough to type.</summary>
    public static ulong FreshSeed() => (ulong)RandomNumberGenerator.GetInt32(1, int.MaxValue);

    private static async Task<int> RunAsync(int programs, ulong seed, TextWriter output)
    {
        var began = Stopwatch.GetTimestamp();
        var concurrent = Math.Max(1, programs / ConcurrentOneIn);
        await output.WriteLineAsync(Text($"{programs} programs of {Programs.Length} operations from seed {seed}, {concurrent} of them with concurrent calls too"));
        List<Failure> failures =
        [
            .. await Campaign.RunAsync(SequentialRun.RunAsync, seed, programs),
            .. await Campaign.RunAsync(ConcurrentRun.RunAsync, seed, concurrent),
        ];
        foreach (var failure in failures)
        {
            await output.WriteLineAsync($"\n{failure.Report}\n");
        }

        int Count(Harm harm) => failures.Count(failure => failure.Harm == harm);
        await output.WriteLineAsync(Text(
            $"model: {programs} + {concurrent} programs from seed {seed} in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s, lost {Count(Harm.Lost)}, duplicated {Count(Harm.Duplicated)}, violated {Count(Harm.Violated)}"));
        return failures.Count == 0 ? 0 : 1;
    }

    /// <returns>What is wrong with the arguments.</returns>
    private static string? Parse(IReadOnlyList<string> args, out int programs, out ulong? seed)
    {
        (programs, seed) = (DefaultPrograms, null);
        for (var i = 0; i < args.Count; i += 2)
        {
            var value = i + 1 < args.Count ? args[i + 1] : "";
            switch (args[i])
            {
                case "--programs" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out programs) && programs > 0:
                    break;
                case "--programs":
                    return $"--programs needs a number from 1 to {int.MaxValue}, not '{value}'.";
                case "--seed" when ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed):
                    seed = parsed;
                    break;
                case "--seed":
                    return $"--seed needs a number from 0 to {ulong.MaxValue}, not '{value}'.";
                default:
                    return $"'{args[i]}' is not known here.";
            }
        }

        return null;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
