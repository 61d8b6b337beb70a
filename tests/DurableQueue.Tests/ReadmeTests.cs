using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Tests;

/// <summary>Every C# block of the README compiles, as a file of its own, with the compiler of the installed SDK.</summary>
public sealed partial class ReadmeTests(ITestOutputHelper output)
{
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
        global using static ReadmeSurroundings.Names;

        namespace ReadmeSurroundings
        {
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
    public async Task Blocks_Compile()
    {
        var blocks = ReadBlocks();
        Assert.NotEmpty(blocks);
        var directory = Directory.CreateTempSubdirectory("durable-queue-readme-").FullName;
        try
        {
            var problems = new ConcurrentBag<string>();
            await File.WriteAllTextAsync(Path.Combine(directory, "Surroundings.cs"), Surroundings);
            await Parallel.ForEachAsync(blocks, async (block, _) =>
            {
                var problem = await CompileAsync(directory, block.Line, block.Code);
                if (problem.Length > 0)
                {
                    problems.Add($"README.md:{block.Line}:\n{problem.Replace($"{directory}{Path.DirectorySeparatorChar}", "", StringComparison.Ordinal)}");
                }
            });

            output.WriteLine($"{blocks.Count} blocks");
            Assert.True(problems.IsEmpty, string.Join('\n', problems));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static List<(int Line, string Code)> ReadBlocks()
    {
        var text = File.ReadAllText(RepositoryRoot.File("README.md")).ReplaceLineEndings("\n");
        return [.. Fences().Matches(text).Select(match => (Line: text[..match.Index].Count(letter => letter == '\n') + 1, Code: match.Groups["code"].Value))];
    }

    /// <returns>What the compiler says; empty if the block compiles.</returns>
    private static async Task<string> CompileAsync(string directory, int line, string code)
    {
        var name = $"README.md.{line}";
        await File.WriteAllTextAsync(Path.Combine(directory, $"{name}.cs"), $"#line {line + 1} \"README.md\"\n{code}");

        // Only the compiler can tell whether a block is a program: it says CS5001 if there is nothing to start.
        var asProgram = await RunCompilerAsync(directory, name, "exe");
        return asProgram.Contains("error CS5001", StringComparison.Ordinal) ? await RunCompilerAsync(directory, name, "library") : asProgram;
    }

    private static async Task<string> RunCompilerAsync(string directory, string name, string target)
    {
        // No warnings: a variable that nothing reads is fine in an example.
        string[] options =
        [
            "-nologo", "-nostdlib", $"-target:{target}", "-langversion:latest", "-nullable:enable", "-warn:0",
            $"-out:{Path.Combine(directory, $"{name}.dll")}",
            .. References().Select(reference => $"-reference:\"{reference}\""),
            $"\"{Path.Combine(directory, $"{name}.cs")}\"", $"\"{Path.Combine(directory, "Surroundings.cs")}\"",
        ];
        var responseFile = Path.Combine(directory, $"{name}.rsp");
        await File.WriteAllLinesAsync(responseFile, options);

        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in new[] { "exec", CompilerPath(), "-noconfig", $"@{responseFile}" })
        {
            start.ArgumentList.Add(argument);
        }

        using var compiler = Process.Start(start) ?? throw new InvalidOperationException("The compiler did not start.");
        using var guard = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var errors = compiler.StandardError.ReadToEndAsync(guard.Token);
        var said = await compiler.StandardOutput.ReadToEndAsync(guard.Token) + await errors;
        await compiler.WaitForExitAsync(guard.Token);
        Assert.True(compiler.ExitCode == 0 || said.Length > 0, $"The compiler ended with {compiler.ExitCode} and said nothing.");
        return compiler.ExitCode == 0 ? "" : said;
    }

    /// <summary>The framework this test runs on, and whatever lies beside the test: the library and what it brings.</summary>
    private static IEnumerable<string> References() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
        .Where(path => Path.GetFileName(path) is not ("DurableQueue.Tests.dll" or "testhost.dll"));

    private static string CompilerPath()
    {
        var shared = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var installation = Path.GetFullPath(Path.Combine(shared, "..", "..", ".."));
        return Directory.GetDirectories(Path.Combine(installation, "sdk"))
            .Select(sdk => (Sdk: sdk, Version: Version.TryParse(Path.GetFileName(sdk).Split('-')[0], out var version) ? version : new Version()))
            .OrderByDescending(found => found.Version)
            .Select(found => Path.Combine(found.Sdk, "Roslyn", "bincore", "csc.dll"))
            .First(File.Exists);
    }

    [GeneratedRegex("^```(?:csharp|cs|c#)[^\n]*\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Fences();
}
