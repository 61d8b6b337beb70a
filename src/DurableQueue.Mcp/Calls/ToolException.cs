namespace DurableQueue.Mcp.Calls;

/// <summary>A call that cannot be done as it was made. The model reads the message, so it says what to do instead.</summary>
internal sealed class ToolException(string message) : Exception(message);
