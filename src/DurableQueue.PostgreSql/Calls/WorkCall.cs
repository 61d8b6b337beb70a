namespace DurableQueue.PostgreSql;

/// <summary>
/// What workers ask for again and again, in one line: completions, which go together, and checkouts, of which those that ask for the same go together. One send
/// ends what was completed and claims what comes next.
/// </summary>
internal static class WorkCall
{
    private const int MostTasks = 10_000;

    public static bool CanJoin(IReadOnlyList<MergedCall> taken, MergedCall call) => call switch
    {
        CompleteCall complete => taken.OfType<CompleteCall>().Sum(other => other.Tasks.Count) + complete.Tasks.Count <= MostTasks,
        CheckoutCall checkout => taken.OfType<CheckoutCall>().FirstOrDefault() is not { } first
            || (first.AsksForTheSame(checkout) && taken.OfType<CheckoutCall>().Sum(other => other.Most) + checkout.Most <= MostTasks),
        _ => false,
    };
}
