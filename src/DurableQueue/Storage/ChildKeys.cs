using System.Globalization;

namespace DurableQueue.Storage;

/// <summary>
/// The dedup keys of tasks that a handler enqueued: <c>child:PARENT:NUMBER</c>, or <c>child:PARENT:key:KEY</c> where the handler named one.
/// They go when the parent is deleted, because then no attempt of it can come again.
/// </summary>
internal static class ChildKeys
{
    public static string OfCall(TaskId parent, int number) => string.Create(CultureInfo.InvariantCulture, $"{First(parent)}{number}");

    public static string OfName(TaskId parent, string key) => $"{First(parent)}key:{key}";

    /// <summary>All keys of a parent are equal to or after this one,</summary>
    public static string First(TaskId parent) => string.Create(CultureInfo.InvariantCulture, $"child:{parent.Value}:");

    /// <summary>and before this one, by code points.</summary>
    public static string End(TaskId parent) => string.Create(CultureInfo.InvariantCulture, $"child:{parent.Value};");
}
