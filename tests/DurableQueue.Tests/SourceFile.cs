using System.Text.RegularExpressions;

namespace DurableQueue.Tests;

/// <summary>A source file of a package, as the tests of the architecture read it.</summary>
/// <param name="Path">Within the package, with slashes.</param>
/// <param name="Folder">The first folder of the path; <see cref="Root"/> if there is none.</param>
/// <param name="Code">The text without whole-line comments and without the words of strings: documentation and messages may name anything.</param>
/// <param name="Namespace">The one namespace of the file.</param>
/// <param name="Types">The names of the types declared in it.</param>
internal sealed partial record SourceFile(string Path, string Folder, string Code, string Namespace, IReadOnlyList<string> Types)
{
    /// <summary>The folder of files that are in none.</summary>
    public const string Root = "";

    /// <summary>All source files of <c>src/&lt;package&gt;</c>.</summary>
    public static IReadOnlyList<SourceFile> ReadAll(string package)
    {
        var root = RepositoryRoot.File("src", package);
        return
        [
            .. Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
                .Select(file => System.IO.Path.GetRelativePath(root, file).Replace('\\', '/'))
                .Where(path => !path.StartsWith("bin/", StringComparison.Ordinal) && !path.StartsWith("obj/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(path => Read(root, path)),
        ];
    }

    private static SourceFile Read(string root, string path)
    {
        var code = Comments().Replace(File.ReadAllText(System.IO.Path.Combine(root, path)), "");
        code = Strings().Replace(code, match => string.Join(' ', Holes().Matches(match.Value).Select(hole => hole.Value)));
        return new SourceFile(
            path,
            path.Contains('/', StringComparison.Ordinal) ? path[..path.IndexOf('/', StringComparison.Ordinal)] : Root,
            code,
            Namespaces().Match(code).Groups["name"].Value,
            [.. TypeDeclarations().Matches(code).Select(match => match.Groups["name"].Value).Distinct()]);
    }

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comments();

    /// <summary>Characters too, for one may be a quote.</summary>
    [GeneratedRegex("\"\"\"[\\s\\S]*?\"\"\"|'(?:[^'\\\\\\n]|\\\\.[^']*)'|\"(?:[^\"\\\\\\n]|\\\\.)*\"")]
    private static partial Regex Strings();

    /// <summary>What is interpolated is code.</summary>
    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Holes();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespaces();

    [GeneratedRegex(
        @"^(?<access>public|internal) (?:(?:static|sealed|abstract|readonly|partial|ref) )*"
        + @"(?:(?:record struct|record class|record|class|struct|interface|enum) |delegate [\w<>,.? ]+? )(?<name>\w+)",
        RegexOptions.Multiline)]
    private static partial Regex TypeDeclarations();
}
