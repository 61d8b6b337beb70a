namespace DurableQueue.Dashboard.Pages;

/// <summary>A file of the page.</summary>
internal sealed record PageFile(string Name, string ContentType, byte[] Bytes, string Tag);
