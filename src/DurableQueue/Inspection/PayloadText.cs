namespace DurableQueue;

/// <summary>A text in the JSON payload of one task type, which queries can compare and order by.</summary>
/// <param name="Type">The task type. Other tasks do not have the text.</param>
/// <param name="Property">The property that holds it.</param>
/// <param name="ListProperty">The property that holds it as a list, to be joined by spaces, if <paramref name="Property"/> is missing or null.</param>
internal sealed record PayloadText(string Type, string Property, string ListProperty)
{
    /// <summary>The field <c>command</c> of the query language. Every store reads it by this definition.</summary>
    public static readonly PayloadText Command = new("command", "commandLine", "arguments");
}
