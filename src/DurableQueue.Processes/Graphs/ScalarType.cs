namespace DurableQueue.Processes.Graphs;

/// <summary>The type of a single value by the rules of its format.</summary>
internal enum ScalarType
{
    Text,
    Number,
    Boolean,
    Null,
}
