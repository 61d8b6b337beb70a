using System.Text.Json;
using DurableQueue.Worker;

namespace DurableQueue.Hosting;

/// <summary>What was registered with the builder for one queue.</summary>
internal sealed class QueueRegistration
{
    private readonly List<WorkerRegistration> workers = [];

    public QueueRegistration(string name)
    {
        Name = name;
        Configuration = new QueueConfiguration(this);
        ConfiguredStore = new SqliteStore(this);
    }

    /// <summary>Also the key of the queue's services; empty for the main queue.</summary>
    public string Name { get; }

    public List<StoreRegistration> Stores { get; } = [];

    public List<HandlerRegistration> Handlers { get; } = [];

    public List<ScheduleRegistration> Schedules { get; } = [];

    public IReadOnlyList<WorkerRegistration> Workers => workers;

    /// <summary>The first one is the outermost.</summary>
    public List<MiddlewareSource> Middleware { get; } = [];

    /// <summary>Those that the code names; the store may have more.</summary>
    public List<ApprovalGate> Gates { get; } = [];

    /// <summary>Those that the code names.</summary>
    public List<RetentionPolicy> Retention { get; } = [];

    public List<RouterRegistration> Routers { get; } = [];

    public QueueConfiguration Configuration { get; }

    /// <summary>What was wrong at the registration itself; reported with the rest at the start.</summary>
    public List<string> Mistakes { get; } = [];

    public JsonSerializerOptions Json { get; set; } = ContractJson.Default;

    /// <summary>The store that the configuration names where code names none.</summary>
    public SqliteStore ConfiguredStore { get; }

    /// <summary>The store that code names, else that of the configuration.</summary>
    public IReadOnlyList<StoreRegistration> EffectiveStores => Stores.Count == 0 && ConfiguredStore.HasPath ? [ConfiguredStore] : Stores;

    /// <summary>The store whose settings the configuration holds.</summary>
    public StoreRegistration StoreOfSettings => EffectiveStores.Count == 1 ? EffectiveStores[0] : ConfiguredStore;

    /// <summary>How long finished tasks are kept: as code says, else the configuration; empty if neither says so.</summary>
    public IReadOnlyList<RetentionPolicy> EffectiveRetention =>
        Retention.Count == 0 && Configuration.Retention is { } policy ? [policy] : Retention;

    public string AddWorker(string? name)
    {
        var options = Qualify(name is null ? $"worker {workers.Count + 1}" : $"worker '{name}'");
        workers.Add(new WorkerRegistration(options, name));
        return options;
    }

    /// <summary>The options name of a handler.</summary>
    public string OptionsOf(string type) => Qualify($"handler {type}");

    public string Qualify(string part) => Name.Length == 0 ? part : $"{Name}: {part}";
}
