namespace DurableQueue.PostgreSql;

/// <summary>What the store cannot do yet. It refuses the call before anything is written.</summary>
internal static class NotYet
{
    /// <param name="what">What was asked for, as the beginning of a sentence.</param>
    public static NotSupportedException Refuse(string what) => new($"{what} not supported yet by queues in PostgreSQL. Nothing was changed.");
}
