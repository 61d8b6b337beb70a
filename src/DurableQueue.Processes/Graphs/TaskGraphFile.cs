using System.Text;
using DurableQueue.Processes.Graphs;

namespace DurableQueue.Processes;

/// <summary>
/// Reads graphs of commands and other tasks from YAML or JSON files; <c>docs/dag-files.md</c> describes the format. A file is checked as a whole: every error is
/// reported with its line and column.
/// </summary>
public static class TaskGraphFile
{
    /// <summary>The maximum size of a file in bytes: 32 MiB.</summary>
    public const int MaxBytes = 32 * 1_024 * 1_024;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="options">How to read it. Default: the format is detected.</param>
    /// <exception cref="TaskGraphFileException">The file is not a graph that can be submitted; the exception lists all errors.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TaskGraph Load(string path, TaskGraphFileOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = File.OpenRead(path);
        return Load(file, path, options);
    }

    /// <summary>Reads a stream to its end, such as standard input.</summary>
    /// <param name="stream">UTF-8, with or without a byte order mark.</param>
    /// <param name="fileName">The name of the file in error messages.</param>
    /// <param name="options">How to read it. Default: the format is detected.</param>
    /// <exception cref="TaskGraphFileException">The text is not a graph that can be submitted; the exception lists all errors.</exception>
    public static TaskGraph Load(Stream stream, string fileName, TaskGraphFileOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(fileName);
        using var bytes = new MemoryStream();
        var buffer = new byte[81_920];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > MaxBytes)
            {
                throw Fail(fileName, new SourcePosition(1, 1), $"The file is larger than {MaxBytes} bytes.");
            }
        }

        try
        {
            return Parse(Utf8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length), fileName, options);
        }
        catch (DecoderFallbackException e)
        {
            // The text before the invalid byte is valid.
            var before = Utf8.GetString(bytes.GetBuffer(), 0, e.Index);
            var position = new SourcePosition(before.Count(c => c == '\n') + 1, before.Length - before.LastIndexOf('\n'));
            throw Fail(fileName, position, "The file is not valid UTF-8 from here on.");
        }
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">At most <see cref="MaxBytes"/> bytes in UTF-8.</param>
    /// <param name="fileName">The name of the file in error messages.</param>
    /// <param name="options">How to read it. Default: the format is detected.</param>
    /// <exception cref="TaskGraphFileException">The text is not a graph that can be submitted; the exception lists all errors.</exception>
    public static TaskGraph Parse(string text, string fileName = "-", TaskGraphFileOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(fileName);
        options ??= new TaskGraphFileOptions();
        if (options.WorkingDirectory is { } directory && !Path.IsPathFullyQualified(directory))
        {
            throw new ArgumentException($"WorkingDirectory must be an absolute path; it is '{directory}'.", nameof(options));
        }

        text = text.TrimStart('\uFEFF');
        if (text.Length > MaxBytes)
        {
            throw Fail(fileName, new SourcePosition(1, 1), $"The file is larger than {MaxBytes} bytes.");
        }

        try
        {
            var root = IsJson(text, fileName, options.Format) ? JsonFile.Read(text) : YamlFile.Read(text);
            return new GraphFileReader(fileName, options).Read(root);
        }
        catch (FileSyntaxException e)
        {
            throw Fail(fileName, e.Position, e.Message);
        }
    }

    private static bool IsJson(string text, string fileName, TaskGraphFileFormat format) => format switch
    {
        TaskGraphFileFormat.Json => true,
        TaskGraphFileFormat.Yaml => false,
        TaskGraphFileFormat.Detect when HasEnding(fileName, ".json") => true,
        TaskGraphFileFormat.Detect when HasEnding(fileName, ".yaml") || HasEnding(fileName, ".yml") => false,
        TaskGraphFileFormat.Detect => text.AsSpan().TrimStart() is ['{' or '[', ..],
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Format is not a value of TaskGraphFileFormat."),
    };

    private static bool HasEnding(string fileName, string ending) => fileName.EndsWith(ending, StringComparison.OrdinalIgnoreCase);

    private static TaskGraphFileException Fail(string fileName, SourcePosition position, string message) =>
        new([new TaskGraphFileError(fileName, position.Line, position.Column, message)]);
}
