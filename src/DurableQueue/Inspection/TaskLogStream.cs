using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>Which of the streams of a task a log has.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskLogStream>))]
public enum TaskLogStream
{
    /// <summary>What it wrote to standard output and, unless the task keeps it separate, to standard error.</summary>
    Output,

    /// <summary>The separate standard error.</summary>
    Errors,
}
