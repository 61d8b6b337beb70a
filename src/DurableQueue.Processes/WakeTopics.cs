namespace DurableQueue.Processes;

/// <summary>The topics of the notifications that commands raise.</summary>
internal static class WakeTopics
{
    public const string Output = "output";
    public const string Budget = "output-budget";
    public const string Disabled = "output-disabled";
    public const string Exit = "exit";
}
