using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Tests;

/// <summary>Every C# block of the README and of the pages in docs compiles, as a program or a library of its own.</summary>
public sealed partial class ReadmeTests(ITestOutputHelper output)
{
    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest);

    /// <summary>
    /// What a block may use without declaring it: the implicit usings of a worker project, and a few names for what an earlier block made.
    /// A block's own declaration of the same name comes first.
    /// </summary>
    private const string Surroundings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using DurableQueue;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        global using ReadmeSurroundings;
        global using static ReadmeSurroundings.Names;

        namespace ReadmeSurroundings
        {
            public sealed record SendMail(string To);

            public sealed class SendMailHandler : ITaskHandler<SendMail>
            {
                public Task HandleAsync(SendMail payload, TaskContext context, CancellationToken cancellationToken) => Task.CompletedTask;
            }

            internal static class Names
            {
                public static ITaskQueue queue => throw new NotSupportedException();
                public static IServiceCollection services => throw new NotSupportedException();
                public static CancellationToken cancellationToken => default;
                public static TaskId id => default;
                public static TaskId parent => default;
                public static Lease lease => default;
                public static LeasedTask task => throw new NotSupportedException();
            }
        }
        """;

    [Fact]
    public void Blocks_Compile()
    {
        var blocks = Pages().SelectMany(ReadBlocks).ToList();
        var references = References().Select(path => MetadataReference.CreateFromFile(path)).ToList();
        var surroundings = CSharpSyntaxTree.ParseText(Surroundings, Language);

        var problems = blocks.AsParallel().SelectMany(block => Compile(block, surroundings, references)).ToList();

        output.WriteLine($"{blocks.Count} blocks");
        Assert.InRange(blocks.Count, 50, int.MaxValue);
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    private static IEnumerable<string> Pages() =>
        Directory.EnumerateFiles(RepositoryRoot.File("docs"), "*.md", SearchOption.AllDirectories).Prepend(RepositoryRoot.File("README.md"));

    private static IEnumerable<SyntaxTree> ReadBlocks(string page)
    {
        var text = File.ReadAllText(page).ReplaceLineEndings("\n");
        var name = Path.GetRelativePath(RepositoryRoot.Path, page);
        return Fences().Matches(text).Select(match =>
        {
            var firstLine = text[..match.Index].Count(letter => letter == '\n') + 2;
            return CSharpSyntaxTree.ParseText($"#line {firstLine} \"{name}\"\n{match.Groups["code"].Value}", Language);
        });
    }

    /// <returns>The errors of a block. Warnings don't count: a variable that nothing reads is fine in an example.</returns>
    private static IEnumerable<string> Compile(SyntaxTree block, SyntaxTree surroundings, IEnumerable<MetadataReference> references)
    {
        var isProgram = block.GetCompilationUnitRoot().Members.Any(member => member.IsKind(SyntaxKind.GlobalStatement));
        var kind = isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary;
        return CSharpCompilation.Create("Block", [block, surroundings], references, new CSharpCompilationOptions(kind, nullableContextOptions: NullableContextOptions.Enable))
            .GetDiagnostics()
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic => $"{diagnostic.Location.GetMappedLineSpan()}: {diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}");
    }

    /// <summary>The framework this test runs on, and whatever lies beside the test: the library and what it brings.</summary>
    private static IEnumerable<string> References() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
        .Where(path => Path.GetFileName(path) is not ("DurableQueue.Tests.dll" or "testhost.dll"));

    [GeneratedRegex("^```(?:csharp|cs|c#)[^\n]*\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Fences();
}
