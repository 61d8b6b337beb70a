using System.Globalization;
using System.Runtime;

/// <summary>Runs inside a dq that a test starts with DOTNET_STARTUP_HOOKS, and counts what its start has cost. The runtime finds it by this name.</summary>
internal static class StartupHook
{
    /// <summary>Names the file for the counts: methods compiled, assemblies loaded.</summary>
    public const string Variable = "DQ_TEST_COUNTS";

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { } path)
        {
            AppDomain.CurrentDomain.ProcessExit += (_, _) => File.WriteAllText(
                path, string.Create(CultureInfo.InvariantCulture, $"{JitInfo.GetCompiledMethodCount()} {AppDomain.CurrentDomain.GetAssemblies().Length}"));
        }
    }
}
