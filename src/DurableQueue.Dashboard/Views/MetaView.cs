namespace DurableQueue.Dashboard.Views;

internal sealed record MetaView
{
    public required string Version { get; init; }

    public required IReadOnlyList<MetaQueue> Queues { get; init; }

    public required MetaViewer Viewer { get; init; }

    /// <summary>How often a page without an event stream asks for the state.</summary>
    public required int StatePollMs { get; init; }

    public required string TimeZone { get; init; }
}

internal sealed record MetaQueue(string Name, bool ReadOnly);

internal sealed record MetaViewer
{
    public string? Name { get; init; }

    /// <summary>What the viewer may do in each queue.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Permissions { get; init; }
}
