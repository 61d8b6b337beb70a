namespace DurableQueue.Groups;

/// <summary>The parallelism limit of a group that a task is enqueued to.</summary>
internal static class EnqueuedLimit
{
    /// <summary>A task gives its limit to a group that it creates, and raises a lower one. It never lowers a limit, and never sets one where there is none.</summary>
    /// <param name="asked">What the task asks for; <see langword="null"/> if nothing.</param>
    /// <param name="isNew">The enqueue creates the group.</param>
    /// <param name="current">The limit of the group; 0 for none.</param>
    /// <returns>The limit to set; <see langword="null"/> leaves it as it is.</returns>
    public static int? Of(int? asked, bool isNew, int current) =>
        asked is { } limit && (isNew || (current > 0 && current < limit)) ? limit : null;
}
