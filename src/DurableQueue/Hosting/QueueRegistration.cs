using System.Text.Json;
using DurableQueue.Worker;

namespace DurableQueue.Hosting;

/// <summary>Opens a queue's store. The services are asked for before the first await.</summary>
internal delegate ValueTask<ITaskQueue> StoreOpener(IServiceProvider services, CancellationToken cancellationToken);

/// <summary>What the builder was told about one queue.</summary>
internal sealed class QueueRegistration(string name)
{
    private readonly List<string> workers = [];

    /// <summary>Also the key of the queue's services; empty for the main queue.</summary>
    public string Name { get; } = name;

    public List<StoreOpener> Stores { get; } = [];

    public List<HandlerDescriptor> Handlers { get; } = [];

    /// <summary>The options name of each worker.</summary>
    public IReadOnlyList<string> Workers => workers;

    public JsonSerializerOptions Json { get; set; } = JsonSerializerOptions.Web;

    public string AddWorker()
    {
        var options = Qualify($"worker {workers.Count + 1}");
        workers.Add(options);
        return options;
    }

    /// <summary>The options name of a handler.</summary>
    public string OptionsOf(HandlerDescriptor handler) => Qualify($"handler {handler.Type}");

    private string Qualify(string part) => Name.Length == 0 ? part : $"{Name}: {part}";
}
