using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Tests.Documentation;

/// <summary>Every C# block of the README, of docs and of the packages' pages compiles, as a program or a library of its own.</summary>
public sealed class ReadmeTests(ITestOutputHelper output)
{
    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest);

    /// <summary>What a block can be written in. A block without a language would not be compiled if it was C#.</summary>
    private static readonly string[] Languages = ["csharp", "json", "mermaid", "sh", "sql", "text", "toml", "xml", "yaml"];

    [Fact]
    public void Blocks_Compile()
    {
        var references = References().Select(path => MetadataReference.CreateFromFile(path)).ToList();
        var surroundings = CSharpSyntaxTree.ParseText(ReadmeSurroundings.Code, Language);
        var blocks = ManualPage.All.SelectMany(page => page.Blocks.Where(block => block.Language == "csharp").Select(block => (page, block))).ToList();

        var problems = blocks.AsParallel().SelectMany(found => Compile(found.page, found.block, surroundings, references)).ToList();

        output.WriteLine($"{blocks.Count} blocks");
        Assert.InRange(blocks.Count, 50, int.MaxValue);
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    [Fact]
    public void Blocks_NameTheirLanguage() => Assert.All(
        ManualPage.All.SelectMany(page => page.Blocks.Select(block => (page, block))),
        found => Assert.True(Languages.Contains(found.block.Language), $"{found.page}:{found.block.FirstLine - 1}: the language of a block is '{found.block.Language}'"));

    /// <returns>The errors of a block. Warnings don't count: a variable that nothing reads is fine in an example.</returns>
    private static IEnumerable<string> Compile(ManualPage page, CodeBlock block, SyntaxTree surroundings, IEnumerable<MetadataReference> references)
    {
        var code = CSharpSyntaxTree.ParseText(block.Code, Language);
        var isProgram = code.GetCompilationUnitRoot().Members.Any(member => member.IsKind(SyntaxKind.GlobalStatement));
        var kind = isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary;
        return CSharpCompilation.Create("Block", [code, surroundings], references, new CSharpCompilationOptions(kind, nullableContextOptions: NullableContextOptions.Enable))
            .GetDiagnostics()
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic =>
            {
                var line = diagnostic.Location.SourceTree == code ? diagnostic.Location.GetLineSpan().StartLinePosition.Line : 0;
                return $"{page}:{block.FirstLine + line}: {diagnostic.GetMessage(CultureInfo.InvariantCulture)}";
            });
    }

    /// <summary>The framework this test runs on, and whatever lies beside the test: the library and what it brings.</summary>
    private static IEnumerable<string> References() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
        .Where(path => Path.GetFileName(path) is not ("DurableQueue.Tests.dll" or "testhost.dll"));
}
