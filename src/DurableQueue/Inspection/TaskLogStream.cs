namespace DurableQueue;

/// <summary>Which of the streams of a task a log has.</summary>
public enum TaskLogStream
{
    /// <summary>What it wrote to standard output and, unless the task keeps it separate, to standard error.</summary>
    Output,

    /// <summary>The separate standard error.</summary>
    Errors,
}
