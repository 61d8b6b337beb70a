namespace DurableQueue.Processes;

/// <summary>The format of a graph file.</summary>
public enum TaskGraphFileFormat
{
    /// <summary>By the file name: JSON for <c>.json</c>, YAML for <c>.yaml</c> and <c>.yml</c>. Otherwise by the text: JSON if it begins with <c>{</c> or <c>[</c>, else YAML.</summary>
    Detect = 0,

    /// <summary>YAML 1.2, one document, without anchors, aliases or tags.</summary>
    Yaml = 1,

    /// <summary>JSON, without comments.</summary>
    Json = 2,
}
