namespace DurableQueue.Storage;

/// <summary>A checked dependency: on a stored task, or on the task at an index of the same list.</summary>
/// <param name="On">The stored task, if <paramref name="Item"/> is null.</param>
/// <param name="Item">Index in the list.</param>
/// <param name="When">How it must end.</param>
internal readonly record struct AwaitedTask(long On, int? Item, DependencyCondition When);
