namespace DurableQueue.Peers;

/// <summary>A library that runs jobs from a SQLite file, with the settings that its package comes with.</summary>
internal interface IPeer
{
    string Name { get; }

    /// <summary>How many jobs its worker runs at once by itself.</summary>
    int DefaultWorkers { get; }

    /// <summary>Opens a new file.</summary>
    /// <param name="path">Where it is to be.</param>
    /// <param name="workers">How many jobs run at once.</param>
    /// <param name="runs">Told of each job that runs.</param>
    Task<IPeerQueue> OpenAsync(string path, int workers, Runs runs);
}

/// <summary>Its jobs in one file. Disposing stops what runs.</summary>
internal interface IPeerQueue : IAsyncDisposable
{
    /// <summary>Adds a job that does nothing but report that it ran.</summary>
    Task EnqueueAsync(int number);

    /// <summary>Lets jobs run.</summary>
    Task StartAsync();

    /// <summary>How the connections are configured: journal mode and <c>synchronous</c>.</summary>
    Task<Durable> ReadSettingsAsync();
}

/// <summary>What SQLite does with a commit: with FULL it is on disk, in every journal mode; with NORMAL and a write-ahead log a power loss may undo it.</summary>
internal sealed record Durable(string JournalMode, int Synchronous)
{
    public override string ToString() => $"{JournalMode}, {Synchronous switch { 0 => "OFF", 1 => "NORMAL", 2 => "FULL", _ => "EXTRA" }}";
}
