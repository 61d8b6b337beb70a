using System.Text;
using DurableQueue.Processes.Graphs;

namespace DurableQueue.Processes;

/// <summary>
/// Graphs of commands and other tasks in files, YAML or JSON; <c>docs/dag-files.md</c> says how they are written. A file is checked as a whole: every mistake is told with
/// its line and column.
/// </summary>
public static class TaskGraphFile
{
    /// <summary>The longest file, in bytes: 32 MiB.</summary>
    public const int MaxBytes = 32 * 1_024 * 1_024;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How; default: detect the format.</param>
    /// <exception cref="TaskGraphFileException">The file is no graph that can be submitted; lists all mistakes.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TaskGraph Load(string path, TaskGraphFileOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = File.OpenRead(path);
        return Load(file, path, options);
    }

    /// <summary>Reads a stream to its end, such as standard input.</summary>
    /// <param name="stream">UTF-8, with or without a byte order mark.</param>
    /// <param name="fileName">What errors call the file.</param>
    /// <param name="options">How; default: detect the format.</param>
    /// <exception cref="TaskGraphFileException">The text is no graph that can be submitted; lists all mistakes.</exception>
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
            // What stands before the bad byte is good.
            var before = Utf8.GetString(bytes.GetBuffer(), 0, e.Index);
            var place = new SourcePosition(before.Count(c => c == '\n') + 1, before.Length - before.LastIndexOf('\n'));
            throw Fail(fileName, place, "The file is not UTF-8: these bytes are no character.");
        }
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">At most <see cref="MaxBytes"/> bytes in UTF-8.</param>
    /// <param name="fileName">What errors call it.</param>
    /// <param name="options">How; default: detect the format.</param>
    /// <exception cref="TaskGraphFileException">The text is no graph that can be submitted; lists all mistakes.</exception>
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
            throw Fail(fileName, e.Place, e.Message);
        }
    }

    private static bool IsJson(string text, string fileName, TaskGraphFileFormat format) => format switch
    {
        TaskGraphFileFormat.Json => true,
        TaskGraphFileFormat.Yaml => false,
        TaskGraphFileFormat.Detect when HasEnding(fileName, ".json") => true,
        TaskGraphFileFormat.Detect when HasEnding(fileName, ".yaml") || HasEnding(fileName, ".yml") => false,
        TaskGraphFileFormat.Detect => text.AsSpan().TrimStart() is ['{' or '[', ..],
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Format is no TaskGraphFileFormat."),
    };

    private static bool HasEnding(string fileName, string ending) => fileName.EndsWith(ending, StringComparison.OrdinalIgnoreCase);

    private static TaskGraphFileException Fail(string fileName, SourcePosition place, string message) =>
        new([new TaskGraphFileError(fileName, place.Line, place.Column, message)]);
}
