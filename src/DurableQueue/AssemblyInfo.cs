using System.Runtime.CompilerServices;

// The native calls of the gate pass plain values only.
[assembly: DisableRuntimeMarshalling]
