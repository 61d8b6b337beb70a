using System.Runtime.CompilerServices;

// The native calls of the file lock pass only blittable values.
[assembly: DisableRuntimeMarshalling]
