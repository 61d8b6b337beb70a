namespace DurableQueue.Mcp.Tools;

/// <summary>Descriptions of parameters that several tools have.</summary>
internal static class Descriptions
{
    public const string MaxCharacters = "About how many characters the result may have. Default 2000.";
    public const string Ids = "Ids of tasks.";
    public const string Results = "One entry for each task and group of the call.";
}
