namespace DurableQueue.Sqlite;

/// <summary>
/// The one spelling of a path. Two spellings of one file must lead to the same log, lock and folders beside it, or two writers would each trust their own.
/// </summary>
internal static class RealPath
{
    /// <summary>As many as Linux follows.</summary>
    private const int MostLinks = 40;

    /// <summary>The absolute path without symbolic links. Parts that don't exist yet are kept as they are; a link to a missing file is followed.</summary>
    /// <exception cref="ArgumentException">The path is empty or holds a NUL.</exception>
    /// <exception cref="QueueStorageException">The links lead in a circle.</exception>
    public static string Of(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("A path cannot contain a NUL character.", nameof(path));
        }

        if (OperatingSystem.IsWindows())
        {
            var full = Path.GetFullPath(path);
            return File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full;
        }

        return Follow(path);
    }

    /// <summary>Part by part, as the kernel does it: ".." behind a link is the parent of the place that the link leads to.</summary>
    private static string Follow(string path)
    {
        var rest = new Stack<string>();
        // The working directory may be gone: it counts only where it is needed.
        Push(rest, Path.IsPathRooted(path) ? path : Path.Combine(Environment.CurrentDirectory, path));
        var real = "/";
        for (var links = 0; rest.TryPop(out var part);)
        {
            if (part == ".")
            {
                continue;
            }

            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? "/";
                continue;
            }

            var next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MostLinks)
            {
                throw new QueueStorageException(QueueStorageError.CannotOpen, $"{path} leads through more than {MostLinks} symbolic links.");
            }

            real = target.StartsWith('/') ? "/" : real;
            Push(rest, target);
        }

        return real;
    }

    private static void Push(Stack<string> rest, string path)
    {
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            rest.Push(part);
        }
    }
}
