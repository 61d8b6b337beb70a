namespace DurableQueue;

/// <summary>The checkout that the tests were built from: compiled into each test project that needs it.</summary>
/// <remarks>Looked for at run time, since a build for CI has no paths of the machine in it.</remarks>
internal static class RepositoryRoot
{
    public static string Path { get; } = Find();

    public static string File(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>The program of a project that was built together with the tests.</summary>
    /// <param name="folder">The folder of the project.</param>
    /// <param name="project">The project.</param>
    /// <param name="variant">A build beside the usual one, in a folder of its own.</param>
    public static string BuiltAssembly(string folder, string project, string variant = "")
    {
        // CONFIGURATION/FRAMEWORK is the same for both projects.
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        return File(folder, project, "bin", variant, framework.Parent!.Name, framework.Name, $"{project}.dll");
    }

    private static string Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (System.IO.File.Exists(System.IO.Path.Combine(directory.FullName, "DurableQueue.sln")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"No DurableQueue.sln above {AppContext.BaseDirectory}.");
    }
}
