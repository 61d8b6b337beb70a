using System.Diagnostics;

namespace DurableQueue.Storage;

/// <summary>
/// A named place in the code at which crash tests let their process die. What a place does, and every call that names one, is compiled only where
/// <c>FAULT_POINTS</c> is defined, which is in a build of the tests; the shipped assembly has neither.
/// </summary>
internal static partial class FaultPoint
{
    [Conditional("FAULT_POINTS")]
    public static void Reach(string name) => Reached(name);

    static partial void Reached(string name);
}
