namespace DurableQueue.Processes.Graphs;

/// <summary>What a format takes a single value for.</summary>
internal enum ScalarType
{
    Text,
    Number,
    Boolean,
    Null,
}
