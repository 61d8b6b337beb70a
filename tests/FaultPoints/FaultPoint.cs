using System.Diagnostics;
using System.Globalization;

namespace DurableQueue.Storage;

/// <summary>What a fault point does in the build for crash tests: <c>DURABLEQUEUE_FAULT_POINT=name:5</c> kills the process the fifth time.</summary>
internal static partial class FaultPoint
{
    private const string Variable = "DURABLEQUEUE_FAULT_POINT";

    private static readonly (string Name, int Hit) Armed = Read();
    private static int hits;

    // SIGKILL to oneself is carried out before the call returns: nothing after this place is executed by this thread.
    static partial void Reached(string name)
    {
        if (name == Armed.Name && Interlocked.Increment(ref hits) == Armed.Hit)
        {
            Process.GetCurrentProcess().Kill();
        }
    }

    private static (string Name, int Hit) Read()
    {
        var parts = Environment.GetEnvironmentVariable(Variable)?.Split(':') ?? [];
        return parts.Length == 2 ? (parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture)) : ("", 0);
    }
}
