using System.Text.Json;
using Xunit;

namespace DurableQueue.Tests.Benchmarks;

/// <summary>What SQLite does for a task, by its own counters, stays within 3 % of the figures beside this file.</summary>
public sealed class StatementCostTests : IDisposable
{
    private const double Tolerance = 0.03;

    private const string Rewrite =
        "dotnet run -c Release --project benchmarks/DurableQueue.Benchmarks -- statement-cost --json tests/DurableQueue.Tests/Benchmarks/statement-cost.json";

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durable-queue-");

    [Fact]
    public async Task StatementCost_EveryPhase_StaysNearItsExpectedFigures()
    {
        var file = Path.Combine(directory.FullName, "counted.json");
        await BenchmarkProgram.RunAsync("statement-cost", "--json", file, "--export", directory.FullName);
        Assert.All(["library", "minimal"], side => Assert.True(new FileInfo(Path.Combine(directory.FullName, side, "statements.tsv")).Length > 1_000));
        var (engine, counted) = await ReadAsync(file);
        var (expectedEngine, expected) = await ReadAsync(
            RepositoryRoot.File("tests", "DurableQueue.Tests", "Benchmarks", "statement-cost.json"));
        if (engine != expectedEngine && Environment.GetEnvironmentVariable("SqliteBundleVersion") is not null)
        {
            // The tests run with the engine of an application, which may compile statements otherwise.
            return;
        }

        var changed = counted.Where(figure => !IsNear(figure.Value, expected.GetValueOrDefault(figure.Key, double.NaN)))
            .Select(figure => $"{figure.Key}: {figure.Value}, expected {expected.GetValueOrDefault(figure.Key, double.NaN)}")
            .ToList();
        Assert.True(
            changed.Count == 0 && counted.Count == expected.Count && engine == expectedEngine,
            $"""
            The cost of statements has changed by more than 3 % (SQLite {engine}, expected {expectedEngine}):
            {string.Join('\n', changed)}
            A figure that rose has to be explained. If it fell, or rose for a good reason, write down the new figures, so that the bound stays near:
            {Rewrite}
            """);
    }

    public void Dispose() => directory.Delete(recursive: true);

    private static bool IsNear(double counted, double expected) => Math.Abs(counted - expected) <= expected * Tolerance;

    /// <returns>The version of SQLite, and each figure by its side, phase and name.</returns>
    private static async Task<(string Engine, Dictionary<string, double> Figures)> ReadAsync(string file)
    {
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        var figures = from cost in document.RootElement.GetProperty("costs").EnumerateArray()
                      from figure in cost.EnumerateObject()
                      where figure.Value.ValueKind == JsonValueKind.Number
                      select ($"{cost.GetProperty("side")} {cost.GetProperty("phase")} {figure.Name}", figure.Value.GetDouble());
        return (document.RootElement.GetProperty("sqlite").GetString()!, figures.ToDictionary());
    }
}
