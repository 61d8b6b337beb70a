using System.Reflection;

namespace DurableQueue.Cli.Workers;

internal static class DqVersion
{
    /// <summary>The version of this program, without the commit that it was built from.</summary>
    public static string Current { get; } =
        typeof(DqVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";
}
