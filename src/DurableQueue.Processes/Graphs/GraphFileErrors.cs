namespace DurableQueue.Processes.Graphs;

/// <summary>Collects what is wrong with one graph file, so that everything can be reported at once.</summary>
internal sealed class GraphFileErrors(string fileName)
{
    private const int MaxErrors = 100;
    private const int MaxMessage = 400;

    private readonly List<(SourcePosition Position, string Message)> errors = [];

    public int Count => errors.Count;

    public void Add(SourcePosition position, string message) =>
        errors.Add((position, message.Length <= MaxMessage ? message : message[..MaxMessage] + "…"));

    /// <summary>Adds a message that may be long, such as one that lists a whole cycle.</summary>
    public void AddWhole(SourcePosition position, string message) => errors.Add((position, message));

    /// <summary>The errors in the order of the file.</summary>
    public TaskGraphFileException ToException()
    {
        var reported = errors.OrderBy(error => error.Position.Line).ThenBy(error => error.Position.Column).Take(MaxErrors)
            .Select(error => new TaskGraphFileError(fileName, error.Position.Line, error.Position.Column, ToOneLine(error.Message))).ToList();
        if (errors.Count > MaxErrors)
        {
            reported[^1] = reported[^1] with { Message = $"There are {errors.Count - MaxErrors + 1} more errors from here on." };
        }

        return new TaskGraphFileException(reported);
    }

    /// <summary>Without control characters, whatever the names in it hold, and with a capital.</summary>
    private static string ToOneLine(string message) =>
        string.Concat(message.Select((c, i) => char.IsControl(c) ? '?' : i == 0 ? char.ToUpperInvariant(c) : c));
}
