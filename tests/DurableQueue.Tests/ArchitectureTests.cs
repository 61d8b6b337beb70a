using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace DurableQueue.Tests;

public sealed class ArchitectureTests
{
    private const string Root = SourceFile.Root;

    /// <summary>Folders whose public types are part of the contract: their namespace is the root's, and so are the arrows.</summary>
    private static readonly string[] Capabilities =
        ["Approvals", "Budgets", "Dependencies", "Groups", "Handlers", "Inspection", "Notifications", "Routing", "Schedules"];

    private static readonly string[] Rules = ["Groups", "Dependencies", "Schedules", "Approvals", "Budgets"];
    private static readonly string[] Pure = [Root, "Lifecycle", .. Rules];
    private static readonly Assembly[] Libraries = [typeof(ITaskQueue).Assembly, typeof(QueueTestKit).Assembly, typeof(DurableQueue.Processes.CommandTask).Assembly, typeof(PostgresTaskQueue).Assembly];

    /// <summary>Which folders of the library each folder may name, beside itself.</summary>
    private static readonly Dictionary<string, string[]> MayName = new()
    {
        [Root] = [],
        ["Lifecycle"] = [Root],
        ["Groups"] = [Root, "Lifecycle"],
        ["Dependencies"] = [Root, "Lifecycle"],
        ["Schedules"] = [Root, "Lifecycle"],
        ["Approvals"] = [Root, "Lifecycle"],
        ["Budgets"] = [Root, "Lifecycle"],
        ["Storage"] = Pure,
        ["Queueing"] = [.. Pure, "Storage"],
        ["Graphs"] = [.. Pure, "Queueing"],
        ["Sqlite"] = [.. Pure, "Storage", "Queueing"],
        ["Worker"] = [.. Pure, "Storage", "Queueing"],
        ["Hosting"] = [.. Pure, "Storage", "Queueing", "Sqlite", "Worker"],
    };

    /// <summary>The files at the root of the SQLite store: they compose it, and are named by none of its rooms.</summary>
    private const string Composition = "Composition";

    /// <summary>Which rooms of the SQLite store each room may name, beside itself.</summary>
    private static readonly Dictionary<string, string[]> SqliteRooms = new()
    {
        ["Options"] = [],
        ["Schema"] = [],
        ["File"] = ["Options", "Schema"],
        ["State"] = ["File", "Schema"],
        ["Writing"] = ["File", "State"],
        ["Verification"] = ["File", "Schema"],
        ["Copies"] = ["File", "Options", "Verification"],
        ["Operations"] = ["File", "Schema", "State", "Writing", "Verification"],
        ["Reading"] = ["Options", "File", "Schema", "State", "Verification"],
        [Composition] = ["Options", "Schema", "File", "State", "Writing", "Verification", "Copies", "Operations", "Reading"],
    };

    private static readonly IReadOnlyList<SourceFile> Sources =
    [
        .. SourceFile.ReadAll("DurableQueue")
            .Select(source => source.Namespace == "DurableQueue" && Capabilities.Contains(source.Folder) ? source with { Folder = Root } : source),
    ];

    [Fact]
    public void Folders_NameOnlyFoldersBelowThem() => FolderArrows.RequireDownward(Sources, "DurableQueue", MayName);

    [Fact]
    public void RoomsOfSqlite_NameOnlyRoomsBelowThem()
    {
        // Most rooms share one namespace, so that every type counts by its bare name.
        var sources = Sources.Where(source => source.Folder == "Sqlite")
            .Select(source => source with { Folder = RoomOf(source.Path), Namespace = "DurableQueue.Sqlite", Code = WithoutDisposal(source.Code) });

        FolderArrows.RequireDownward([.. sources], "DurableQueue.Sqlite", SqliteRooms);
    }

    [Fact]
    public void RootFiles_HoldOneTypeAndAreNamedForIt()
    {
        // A generic sibling may say more behind the name: ITaskHandlerWithResult.cs holds ITaskHandler<TPayload, TResult>.
        var broken =
            from source in Sources
            where source.Folder == Root && source.Types.Count > 0
            where source.Types.Count > 1 || !Path.GetFileName(source.Path).StartsWith(source.Types[0], StringComparison.Ordinal)
            select $"{source.Path} holds {string.Join(", ", source.Types)}";

        Assert.Empty(broken);
    }

    [Fact]
    public void InternalClasses_AreSealed()
    {
        var broken =
            from library in Libraries
            from type in library.GetTypes()
            where type.Namespace?.StartsWith("DurableQueue", StringComparison.Ordinal) == true
            where type is { IsClass: true, IsVisible: false, IsAbstract: false, IsSealed: false }
            where !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
            select type.FullName;

        Assert.Empty(broken);
    }

    [Fact]
    public void PublicAsyncMethods_TakeACancellationTokenLastAndByDefault()
    {
        var broken =
            from library in Libraries
            from type in library.GetExportedTypes()
            where !IsImplementedByApplications(type)
            from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            where IsAsync(method.ReturnType) && method.Name != nameof(IAsyncDisposable.DisposeAsync) && !method.IsSpecialName
            let last = method.GetParameters().LastOrDefault()
            where last?.ParameterType != typeof(CancellationToken) || !last.HasDefaultValue
            select $"{type.Name}.{method.Name}";

        Assert.Empty(broken);
    }

    private static string RoomOf(string path) => path.Split('/') is [_, var room, _] ? room : Composition;

    /// <summary>To say which object was disposed is no dependency on it.</summary>
    private static string WithoutDisposal(string code) => Regex.Replace(code, @"ObjectDisposedException\.ThrowIf\([^;]*;", "");

    /// <summary>Handlers, middleware and routers are called by the worker, which always has a token: a default would only let a handler forget it.</summary>
    private static bool IsImplementedByApplications(Type type) => type == typeof(ITaskMiddleware) || type.IsAssignableTo(typeof(ITaskRouter)) || type.Name.StartsWith("ITaskHandler", StringComparison.Ordinal);

    private static bool IsAsync(Type type) =>
        type == typeof(Task) || type == typeof(ValueTask) || (type.IsGenericType && type.GetGenericTypeDefinition() is var open
            && (open == typeof(Task<>) || open == typeof(ValueTask<>) || open == typeof(IAsyncEnumerable<>)));
}
