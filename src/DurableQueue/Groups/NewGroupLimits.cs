namespace DurableQueue.Groups;

/// <summary>The limits of groups that a queue creates without being told one, and of <c>default</c> in a file that it creates.</summary>
/// <param name="Parallelism">The limit of groups that have none of their own; 0 means no limit.</param>
/// <param name="ByName">The groups that have a limit of their own.</param>
internal sealed record NewGroupLimits(int Parallelism, IReadOnlyDictionary<string, int> ByName)
{
    public static readonly NewGroupLimits None = new(0, new Dictionary<string, int>());

    public int Of(string group) => ByName.TryGetValue(group, out var own) ? own : Parallelism;
}
