namespace DurableQueue;

/// <summary>How long a task holds its <see cref="NewTask.DedupKey"/>.</summary>
public enum DedupScope
{
    /// <summary>Until it finishes, in whatever state. A retry takes the key again.</summary>
    Active = 0,

    /// <summary>For good, also past its prune; only <see cref="ITaskControl.RemoveAsync"/> frees the key.</summary>
    Forever = 1,
}
