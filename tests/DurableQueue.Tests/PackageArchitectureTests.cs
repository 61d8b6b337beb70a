using System.Text.RegularExpressions;
using Xunit;

namespace DurableQueue.Tests;

public sealed class PackageArchitectureTests
{
    private const string Root = SourceFile.Root;

    [Fact]
    public void FoldersOfProcesses_NameOnlyFoldersBelowThem() => FolderArrows.RequireDownward(
        SourceFile.ReadAll("DurableQueue.Processes"),
        "DurableQueue.Processes",
        new Dictionary<string, string[]>
        {
            ["Linux"] = [],
            [Root] = ["Linux"],
            ["Graphs"] = [Root],
            ["Running"] = [Root, "Linux"],
            ["Control"] = [Root, "Linux", "Running"],
            ["Logs"] = [Root, "Running"],
            ["Hosting"] = [Root, "Running", "Logs"],
        });

    [Fact]
    public void FoldersOfPostgreSql_NameOnlyFoldersBelowThem()
    {
        // All but the public types share one namespace, so that every type counts by its bare name; those at the root put the store together.
        const string composition = "Composition";
        var sources = SourceFile.ReadAll("DurableQueue.PostgreSql").Select(source => source with
        {
            Folder = source.Folder == Root ? composition : source.Folder,
            Namespace = "DurableQueue.PostgreSql",
            Code = Regex.Replace(source.Code, @"ObjectDisposedException\.ThrowIf\([^;]*;", ""),
        });

        FolderArrows.RequireDownward(
            [.. sources],
            "DurableQueue.PostgreSql",
            new Dictionary<string, string[]>
            {
                ["Options"] = [],
                ["Server"] = [],
                ["Calls"] = ["Server"],
                ["Reading"] = ["Server"],
                [composition] = ["Options", "Server", "Calls", "Reading"],
                ["Hosting"] = ["Options", composition],
            });
    }

    [Fact]
    public void FoldersOfMcp_NameOnlyFoldersBelowThem() => FolderArrows.RequireDownward(
        SourceFile.ReadAll("DurableQueue.Mcp"),
        "DurableQueue.Mcp",
        new Dictionary<string, string[]>
        {
            [Root] = [],
            ["Calls"] = [Root],
            ["Views"] = [Root],
            ["Tools"] = [Root, "Calls", "Views"],
            ["Resources"] = [Root, "Calls", "Views", "Tools"],
            ["Hosting"] = [Root, "Calls", "Tools", "Resources"],
        });

    [Fact]
    public void FoldersOfDashboard_NameOnlyFoldersBelowThem() => FolderArrows.RequireDownward(
        SourceFile.ReadAll("DurableQueue.Dashboard"),
        "DurableQueue.Dashboard",
        new Dictionary<string, string[]>
        {
            [Root] = [],
            ["Pages"] = [Root],
            ["Access"] = [Root],
            ["Queues"] = [Root],
            ["Schedules"] = [Root],
            ["Views"] = [Root],
            ["Inputs"] = [Root],
            ["Graphs"] = [Root],
            ["Endpoints"] = [Root, "Access", "Queues", "Schedules", "Views", "Inputs", "Graphs"],
            ["Hosting"] = [Root, "Pages", "Access", "Queues", "Views", "Endpoints"],
        });

    [Fact]
    public void FoldersOfCli_NameOnlyFoldersBelowThem() => FolderArrows.RequireDownward(
        SourceFile.ReadAll("DurableQueue.Cli"),
        "DurableQueue.Cli",
        new Dictionary<string, string[]>
        {
            ["Output"] = [],
            ["CommandLine"] = ["Output"],
            ["Logs"] = ["CommandLine"],
            ["Tasks"] = ["CommandLine", "Output"],
            ["Workers"] = ["CommandLine"],
            ["Top"] = ["CommandLine", "Output", "Logs", "Tasks"],
            ["Agents"] = ["CommandLine", "Tasks", "Workers"],
            ["Dashboards"] = ["CommandLine", "Tasks", "Workers"],
            ["Commands"] = ["CommandLine", "Output", "Logs", "Tasks", "Workers", "Top", "Agents", "Dashboards"],
            [Root] = ["CommandLine", "Output", "Commands"],
        });

    [Fact]
    public void FoldersOfCommands_NameOnlyFoldersBelowThem() => FolderArrows.RequireDownward(
        SourceFile.ReadAll("DurableQueue.Cli/Commands"),
        "DurableQueue.Cli.Commands",
        new Dictionary<string, string[]>
        {
            ["Budgets"] = [],
            ["Files"] = [],
            ["Groups"] = [],
            ["Logs"] = [],
            ["Retention"] = [],
            ["Schedules"] = [],
            ["Setup"] = [],
            ["Inspection"] = ["Logs"],
            ["Waiting"] = ["Logs"],
            ["Workers"] = ["Inspection", "Retention"],
            ["Agents"] = ["Workers"],
            ["Dashboards"] = ["Workers"],
            ["Approvals"] = ["Workers"],
            ["Notifications"] = ["Workers"],
            ["Control"] = ["Inspection", "Workers"],
            ["NewTasks"] = ["Inspection", "Logs", "Workers"],
            ["Top"] = ["Control", "Inspection"],
        });
}
