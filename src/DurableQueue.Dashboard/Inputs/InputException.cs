namespace DurableQueue.Dashboard.Inputs;

/// <summary>A setting that a body has is wrong.</summary>
internal sealed class InputException(string field, string message) : Exception(message)
{
    public string Field { get; } = field;
}
