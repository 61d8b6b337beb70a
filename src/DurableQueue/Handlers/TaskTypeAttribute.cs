namespace DurableQueue;

/// <summary>
/// Names the task type of a payload, so that neither the enqueue nor the handler's registration has to, also in processes without the handler.
/// </summary>
/// <param name="name">Stable name of the kind of work, as <see cref="NewTask.Type"/>; checked at enqueue and at the host's start.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class TaskTypeAttribute(string name) : Attribute
{
    /// <summary>
    /// The metadata entry that holds the version of a stored payload. A typed enqueue writes it if the version is above 1; a task without it
    /// has version 1. Names that begin with <c>dq.</c> are reserved.
    /// </summary>
    public const string VersionMetadataKey = "dq.version";

    /// <summary>The task type.</summary>
    public string Name { get; } = name;

    /// <summary>
    /// The version of the payload's shape. Default 1; at least 1. Raise it with a change that old payloads cannot be read with, and register
    /// <see cref="HandlerOptions.UpgradeFrom{TOld, TNew}"/> for what is stored.
    /// </summary>
    public int Version { get; set; } = 1;
}
