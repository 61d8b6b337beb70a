namespace DurableQueue.Benchmarks.StatementCost;

/// <summary>Adds up what the transactions of each phase cost on one connection.</summary>
internal sealed class PhaseCounts(nint connection, StatementExport? export)
{
    private readonly OrderedDictionary<string, (EngineCounters Counted, int Tasks)> phases = [];

    public async Task RunAsync(string phase, int tasks, Func<Task> transaction)
    {
        _ = EngineCounters.Take(connection);
        export?.Begin(phase, tasks);
        await transaction();
        var before = phases.GetValueOrDefault(phase);
        phases[phase] = (before.Counted + EngineCounters.Take(connection), before.Tasks + tasks);
    }

    public IEnumerable<PhaseCost> PerTask(string side) => phases.Select(phase => PhaseCost.Of(side, phase.Key, phase.Value.Counted, phase.Value.Tasks));
}
