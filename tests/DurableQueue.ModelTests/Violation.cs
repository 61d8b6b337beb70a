namespace DurableQueue.ModelTests;

internal enum Harm
{
    /// <summary>Something that was acknowledged is not there.</summary>
    Lost,

    /// <summary>A task is there or runs that must not, because it is another one or done already.</summary>
    Duplicated,

    /// <summary>Anything else that is not as promised.</summary>
    Violated,
}

/// <summary>The queue did something else than the model, or broke an invariant.</summary>
internal sealed class Violation(Harm harm, string message) : Exception(message)
{
    public Harm Harm { get; } = harm;
}
