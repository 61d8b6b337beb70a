using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace DurableQueue.Tests;

public sealed partial class ArchitectureTests
{
    private const string Root = "";

    /// <summary>Folders whose public types are part of the contract: their namespace is the root's, and so are the arrows.</summary>
    private static readonly string[] Capabilities =
        ["Approvals", "Budgets", "Dependencies", "Groups", "Handlers", "Inspection", "Notifications", "Routing", "Schedules"];

    private static readonly string[] Rules = ["Groups", "Dependencies", "Schedules", "Approvals", "Budgets"];
    private static readonly string[] Pure = [Root, "Lifecycle", .. Rules];
    private static readonly Assembly[] Libraries = [typeof(ITaskQueue).Assembly, typeof(QueueTestKit).Assembly, typeof(DurableQueue.Processes.CommandTask).Assembly];

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
        ["Worker"] = [.. Pure, "Storage"],
        ["Hosting"] = [.. Pure, "Storage", "Queueing", "Sqlite", "Worker"],
    };

    private static readonly IReadOnlyList<SourceFile> Sources = ReadSources();

    [Fact]
    public void Folders_AreKnownCapabilities() =>
        Assert.All(Sources, source => Assert.True(MayName.ContainsKey(source.Folder), $"{source.Folder} has no place among the folders"));

    [Fact]
    public void Folders_NameOnlyFoldersBelowThem()
    {
        var folders = Sources.ToLookup(source => source.Folder);
        var broken =
            from source in Sources
            from folder in folders
            where folder.Key != Root && folder.Key != source.Folder && !MayName.GetValueOrDefault(source.Folder, []).Contains(folder.Key)
            let name = FindName(source, folder)
            where name is not null
            select $"{source.Path} names {name} of {folder.Key}";

        Assert.Empty(broken);
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

    /// <summary>Handlers, middleware and routers are called by the worker, which always has a token: a default would only let a handler forget it.</summary>
    private static bool IsImplementedByApplications(Type type) => type == typeof(ITaskMiddleware) || type.IsAssignableTo(typeof(ITaskRouter)) || type.Name.StartsWith("ITaskHandler", StringComparison.Ordinal);

    private static bool IsAsync(Type type) =>
        type == typeof(Task) || type == typeof(ValueTask) || (type.IsGenericType && type.GetGenericTypeDefinition() is var open
            && (open == typeof(Task<>) || open == typeof(ValueTask<>) || open == typeof(IAsyncEnumerable<>)));

    /// <summary>How <paramref name="source"/> names something of <paramref name="folder"/>; <see langword="null"/> if it does not.</summary>
    private static string? FindName(SourceFile source, IGrouping<string, SourceFile> folder)
    {
        if (Regex.IsMatch(source.Code, $@"\bDurableQueue\.{folder.Key}\b"))
        {
            return $"DurableQueue.{folder.Key}";
        }

        // Inside the namespace DurableQueue a type of DurableQueue.X is also X.Type. A property may be called X too, so only X's types count.
        var half = folder.SelectMany(file => file.Types).FirstOrDefault(type => Regex.IsMatch(source.Code, $@"(?<![\w.]){folder.Key}\.{type}\b"));
        if (half is not null)
        {
            return $"{folder.Key}.{half}";
        }

        // Types that live in the folder but in the root namespace need no using to be named.
        return folder.Where(file => file.Namespace == "DurableQueue").SelectMany(file => file.Types)
            .FirstOrDefault(type => Regex.IsMatch(source.Code, $@"(?<![\w.]){type}\b"));
    }

    private static List<SourceFile> ReadSources()
    {
        var root = RepositoryRoot.File("src", "DurableQueue");
        return
        [
            .. Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(root, file).Replace('\\', '/'))
                .Where(path => !path.StartsWith("bin/", StringComparison.Ordinal) && !path.StartsWith("obj/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(path => Read(root, path)),
        ];
    }

    private static SourceFile Read(string root, string path)
    {
        var code = Comments().Replace(File.ReadAllText(Path.Combine(root, path)), "");
        var name = Namespaces().Match(code).Groups["name"].Value;
        var folder = path.Contains('/', StringComparison.Ordinal) ? path[..path.IndexOf('/', StringComparison.Ordinal)] : Root;
        return new SourceFile(
            path,
            name == "DurableQueue" && Capabilities.Contains(folder) ? Root : folder,
            code,
            name,
            [.. TypeDeclarations().Matches(code).Select(Name).Distinct()]);
    }

    private static string Name(Match match) => match.Groups["name"].Value;

    /// <summary>Whole-line comments: documentation may point anywhere.</summary>
    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comments();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespaces();

    [GeneratedRegex(
        @"^(?<access>public|internal) (?:(?:static|sealed|abstract|readonly|partial|ref) )*"
        + @"(?:(?:record struct|record class|record|class|struct|interface|enum) |delegate [\w<>,.? ]+? )(?<name>\w+)",
        RegexOptions.Multiline)]
    private static partial Regex TypeDeclarations();

    private sealed record SourceFile(string Path, string Folder, string Code, string Namespace, IReadOnlyList<string> Types);
}
