namespace DurableQueue;

/// <summary>
/// Sets the task type of a payload type, so that neither the enqueue nor the registration of the handler needs to name it. This also works in processes without
/// the handler.
/// </summary>
/// <param name="name">The task type, as in <see cref="NewTask.Type"/>. It is validated at enqueue and when the host starts.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class TaskTypeAttribute(string name) : Attribute
{
    /// <summary>
    /// The key of the metadata entry with the version of a stored payload. A typed enqueue sets it if the version is greater than 1; a task without
    /// it has version 1. Keys that start with <c>dq.</c> are reserved.
    /// </summary>
    public const string VersionMetadataKey = "dq.version";

    /// <summary>The task type.</summary>
    public string Name { get; } = name;

    /// <summary>
    /// The version of the payload, at least 1. The default is 1. When a change makes stored payloads unreadable, increase the version and register a
    /// <see cref="HandlerOptions.UpgradeFrom{TOld, TNew}"/> for the old one.
    /// </summary>
    public int Version { get; set; } = 1;
}
