namespace DurableQueue.Processes.Graphs;

/// <summary>A key of a mapping, with its value.</summary>
internal sealed record FileEntry(FileNode.Scalar Key, FileNode Value);
