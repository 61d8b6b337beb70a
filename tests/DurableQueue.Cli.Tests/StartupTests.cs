using System.Globalization;
using System.Runtime.InteropServices;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Cli.Tests;

/// <summary>What a short command loads and compiles while it runs: most of its time, and a number that does not depend on the machine.</summary>
public sealed class StartupTests(ITestOutputHelper output) : DqTest
{
    /// <summary>A Release build for this platform is compiled ahead; other builds compile all of it.</summary>
    private static readonly bool IsCompiledAhead =
#if DEBUG
        false;
#else
        OperatingSystem.IsLinux() && RuntimeInformation.OSArchitecture == Architecture.X64;
#endif

    /// <summary>
    /// About a fifth more than when it was written; each hundred is about 15 ms. DOTNET_JitStdOutFile=FILE DOTNET_JitDisasmSummary=1 names the methods. Those that
    /// come unexpected: code of other assemblies over own structs, LINQ over tuples, JSON contracts, regular expressions.
    /// </summary>
    [Theory]
    [InlineData(280, 52, "add", "--no-start-worker", "true")]
    [InlineData(320, 52, "status")]
    [InlineData(200, 52, "log", "1")]
    public async Task ShortCommand_CompiledAhead_CompilesAndLoadsLittle(int methods, int assemblies, params string[] command)
    {
        await Box.AddAsync("--no-start-worker", "true");
        var counts = Path.Combine(Box.Folder, "counts");
        Box.Variables["DOTNET_STARTUP_HOOKS"] = typeof(StartupTests).Assembly.Location;
        Box.Variables[StartupHook.Variable] = counts;

        // Methods that are compiled again because they are called often would depend on the time.
        Box.Variables["DOTNET_TC_CallCountingDelayMs"] = "0x7fffffff";
        await Box.RunAsync(command);

        var found = (await File.ReadAllTextAsync(counts)).Split(' ').Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        output.WriteLine($"{string.Join(' ', command)}: {found[0]} methods compiled, {found[1]} assemblies loaded");
        Assert.InRange(found[1], 1, assemblies);
        if (IsCompiledAhead)
        {
            Assert.InRange(found[0], 1, methods);
        }
    }
}
