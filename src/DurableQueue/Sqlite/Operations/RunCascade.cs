namespace DurableQueue.Sqlite.Operations;

/// <summary>Works off one chunk of what earlier changes left to do.</summary>
internal sealed class RunCascade : WriteOperation<bool>
{
    public override bool StartsBatch => true;

    /// <summary>Answers false if there was nothing to do.</summary>
    protected override bool Execute(WriteContext context) => context.Cascade.RunChunk();
}
