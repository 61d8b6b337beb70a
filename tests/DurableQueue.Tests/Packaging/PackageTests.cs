using System.Diagnostics;
using System.IO.Compression;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using DurableQueue.Tests.Processes;
using Xunit;

namespace DurableQueue.Tests.Packaging;

/// <summary>Packs what was built, looks into the packages, and uses them as an application does.</summary>
public sealed class PackageTests : ProcessTest
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private static readonly string[] Packages = ["DurableQueue", "DurableQueue.Testing", "DurableQueue.Processes", "DurableQueue.Mcp", "DurableQueue.Dashboard"];

    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <!-- The packages under test go into a folder of this test; what they need is there already from the build of this repository. -->
            <RestorePackagesPath>restored</RestorePackagesPath>
            <RestoreFallbackFolders>FALLBACK</RestoreFallbackFolders>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="DurableQueue.Testing" Version="VERSION" />
            <PackageReference Include="DurableQueue" Version="VERSION" />
          </ItemGroup>
        </Project>
        """;

    private const string Sources = """
        <configuration>
          <packageSources>
            <add key="packed" value="PACKED" />
          </packageSources>
        </configuration>
        """;

    private const string Program = """
        using DurableQueue;
        using DurableQueue.Testing;

        var clock = new ManualTimeProvider();
        await using var queue = await SqliteTaskQueue.OpenAsync("queue.db", new SqliteQueueOptions { TimeProvider = clock });
        var id = await queue.EnqueueAsync("greet", new { Name = "Ada" }, t => t with { Delay = TimeSpan.FromHours(1) });
        clock.Advance(TimeSpan.FromHours(1));
        var task = await queue.CheckoutAsync(new CheckoutRequest { Worker = "me" });
        var kept = await queue.CompleteAsync(task!.Lease, task.Payload);
        var info = await queue.Inspector.GetAsync(id);
        Console.WriteLine($"{kept} {info!.State} {info.Outcome} after attempt {info.Attempt}");
        """;

    [Fact]
    public async Task Packages_RestoredFromAFolder_WorkInAFreshProject()
    {
        using var limit = new CancellationTokenSource(Limit);
        var directory = Directory.CreateTempSubdirectory("durable-queue-package-").FullName;
        try
        {
            var packed = Path.Combine(directory, "packed");
            foreach (var package in Packages)
            {
                await PackAsync(package, packed, limit.Token);
                CheckPackage(package, packed);
            }

            var application = Directory.CreateDirectory(Path.Combine(directory, "application")).FullName;
            await File.WriteAllTextAsync(Path.Combine(application, "application.csproj"), Project
                .Replace("FALLBACK", GlobalPackages(), StringComparison.Ordinal).Replace("VERSION", Version(packed), StringComparison.Ordinal));
            await File.WriteAllTextAsync(Path.Combine(application, "nuget.config"), Sources.Replace("PACKED", packed, StringComparison.Ordinal));
            await File.WriteAllTextAsync(Path.Combine(application, "Program.cs"), Program);

            var said = await DotnetAsync(application, limit.Token, "run");

            Assert.EndsWith("True Done Succeeded after attempt 1", said.TrimEnd(), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Tool_InstalledFromAFolder_Works()
    {
        using var limit = new CancellationTokenSource(Limit);
        var directory = Directory.CreateTempSubdirectory("durable-queue-tool-").FullName;
        try
        {
            var packed = Path.Combine(directory, "packed");
            await PackAsync("DurableQueue.Cli", packed, limit.Token);
            var package = Directory.GetFiles(packed, "*.nupkg").Single();
            using (var zip = ZipFile.OpenRead(package))
            {
                CheckMetadata(zip, "DurableQueue.Cli");
            }

            await File.WriteAllTextAsync(Path.Combine(directory, "nuget.config"), Sources.Replace("PACKED", packed, StringComparison.Ordinal));
            var version = Path.GetFileNameWithoutExtension(package)["DurableQueue.Cli.".Length..];
            var tools = Path.Combine(directory, "tools");
            await DotnetAsync(directory, limit.Token, "tool", "install", "DurableQueue.Cli", "--version", version, "--tool-path", tools);

            var dq = Path.Combine(tools, "dq");
            Assert.StartsWith(version, await RunAsync(dq, directory, limit.Token, "--version"), StringComparison.Ordinal);
            // The id on standard output, and on standard error why the task does not run.
            var said = (await RunAsync(dq, directory, limit.Token, "--queue", "queue.db", "add", "--no-start-worker", "--print-id", "true")).Split('\n');
            Assert.Equal("1", said[0]);
            Assert.Contains("no-worker", said[1], StringComparison.Ordinal);
            Assert.Contains("queued", await RunAsync(dq, directory, limit.Token, "--queue", "queue.db", "status"), StringComparison.Ordinal);

            // The second program is found beside it, with the files that it needs, and serves until it is told to end.
            Assert.StartsWith("http://127.0.0.1:", await RunAsync("/bin/bash", directory, limit.Token, "-c", $"env --default-signal=INT,TERM {dq} --queue queue.db dashboard >url 2>errors & for i in {{1..600}}; do [ ! -s url ] || break; sleep 0.1; done; kill -TERM $!; wait; cat url"), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void Projects_OutsideSrc_AreNoPackages()
    {
        Assert.Contains(
            "<IsPackable>false</IsPackable>", File.ReadAllText(RepositoryRoot.File("Directory.Build.props")), StringComparison.Ordinal);
        var others = new[] { "tests", "samples", "benchmarks" }
            .SelectMany(folder => Directory.EnumerateFiles(RepositoryRoot.File(folder), "*.*proj", SearchOption.AllDirectories));
        Assert.DoesNotContain(others, file => File.ReadAllText(file).Contains("<IsPackable>true", StringComparison.Ordinal));
    }

    private static async Task PackAsync(string package, string output, CancellationToken cancellationToken)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var said = await DotnetAsync(
            RepositoryRoot.Path,
            cancellationToken,
            ["pack", $"src/{package}/{package}.csproj", "--no-build", "--configuration", configuration, "--output", output]);
        Assert.DoesNotContain("warning", said, StringComparison.OrdinalIgnoreCase);
    }

    private static void CheckPackage(string package, string folder)
    {
        var version = Version(folder);
        using var zip = ZipFile.OpenRead(Path.Combine(folder, $"{package}.{version}.nupkg"));
        Assert.Equal(
            ["README.md", $"lib/net10.0/{package}.dll", $"lib/net10.0/{package}.xml"],
            zip.Entries.Select(entry => entry.FullName)
                .Where(name => name == "README.md" || name.StartsWith("lib/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal));
        var ours = CheckMetadata(zip, package).Descendants().Where(element => element.Name.LocalName == "dependency" && element.Attribute("id")!.Value == "DurableQueue");
        Assert.Equal(package == "DurableQueue" ? [] : [$"[{version}]"], ours.Select(element => element.Attribute("version")!.Value));

        using var library = new MemoryStream();
        using (var stored = zip.GetEntry($"lib/net10.0/{package}.dll")!.Open())
        {
            stored.CopyTo(library);
        }

        library.Position = 0;
        using var image = new PEReader(library);
        Assert.Contains(image.ReadDebugDirectory(), entry => entry.Type == DebugDirectoryEntryType.Reproducible);

        using var symbols = ZipFile.OpenRead(Path.Combine(folder, $"{package}.{version}.snupkg"));
        Assert.NotNull(symbols.GetEntry($"lib/net10.0/{package}.pdb"));
    }

    /// <returns>The metadata.</returns>
    private static XElement CheckMetadata(ZipArchive zip, string package)
    {
        using var specification = zip.GetEntry($"{package}.nuspec")!.Open();
        var metadata = XDocument.Load(specification).Root!.Elements().Single();
        string? Value(string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;
        Assert.Equal(("MIT", "README.md"), (Value("license"), Value("readme")));
        Assert.Equal(File.ReadAllText(RepositoryRoot.File("src", package, "README.md")), ReadText(zip, "README.md"));
        Assert.Equal("git", metadata.Elements().Single(element => element.Name.LocalName == "repository").Attribute("type")?.Value);
        Assert.False(string.IsNullOrWhiteSpace(Value("description")));
        return metadata;
    }

    private static string ReadText(ZipArchive zip, string name)
    {
        using var reader = new StreamReader(zip.GetEntry(name)!.Open());
        return reader.ReadToEnd();
    }

    private static string Version(string folder) =>
        Path.GetFileNameWithoutExtension(Directory.GetFiles(folder, "DurableQueue.?.*.nupkg").Single())["DurableQueue.".Length..];

    private static string GlobalPackages() => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static Task<string> DotnetAsync(string directory, CancellationToken cancellationToken, params string[] arguments) =>
        RunAsync(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", directory, cancellationToken, arguments);

    private static async Task<string> RunAsync(string program, string directory, CancellationToken cancellationToken, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // Build servers would outlive the test and keep its output open; the host of the tests has settings of its own for MSBuild.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment.Remove("MSBuildSDKsPath");
        start.Environment.Remove("MSBUILD_EXE_PATH");
        start.Environment.Remove("MSBuildExtensionsPath");
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            var said = await output + await errors;
            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {said}");
            return said;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
