namespace DurableQueue.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class RepositoryRoot
{
    public static string Path { get; } = Find();

    public static string File(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

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
