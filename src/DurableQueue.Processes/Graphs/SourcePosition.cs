namespace DurableQueue.Processes.Graphs;

/// <summary>A position in a file: line and column, from 1.</summary>
internal readonly record struct SourcePosition(int Line, int Column);
