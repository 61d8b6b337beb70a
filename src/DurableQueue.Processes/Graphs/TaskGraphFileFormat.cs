namespace DurableQueue.Processes;

/// <summary>How a graph file is written.</summary>
public enum TaskGraphFileFormat
{
    /// <summary>JSON if the file's name ends with <c>.json</c>, YAML if with <c>.yaml</c> or <c>.yml</c>; else JSON if the text begins with <c>{</c> or <c>[</c>.</summary>
    Detect = 0,

    /// <summary>YAML 1.2, one document, without anchors, aliases and tags.</summary>
    Yaml = 1,

    /// <summary>JSON, without comments.</summary>
    Json = 2,
}
