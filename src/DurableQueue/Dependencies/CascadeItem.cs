namespace DurableQueue.Dependencies;

/// <summary>One piece of a dependency cascade.</summary>
/// <param name="Kind">What is to be done.</param>
/// <param name="Subject">The task, or for <see cref="CascadeKind.Doomed"/> the group, that it is about.</param>
/// <param name="DoneThrough">Dependents up to this id have been dealt with.</param>
/// <param name="Reason">The reason of a cancelled tree.</param>
internal readonly record struct CascadeItem(CascadeKind Kind, long Subject, long DoneThrough, string? Reason);
