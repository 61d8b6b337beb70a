namespace DurableQueue.Queueing;

/// <summary>Validates checkout requests.</summary>
internal static class CheckoutRules
{
    public static void Check(CheckoutRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Queueing.Check.Text(request.Worker, nameof(request.Worker), Limits.WorkerLength, 1);
        Queueing.Check.Between(request.LeaseDuration, Limits.MinLease, Limits.MaxLease, nameof(request.LeaseDuration));
        if (request.Capacity is { } capacity)
        {
            Queueing.Check.Between(capacity, 1, int.MaxValue, nameof(request.Capacity));
        }

        CheckNames(request.Groups, nameof(request.Groups));
        CheckNames(request.Types, nameof(request.Types));
        CheckNames(request.AdoptedTypes, nameof(request.AdoptedTypes));
    }

    private static void CheckNames(IReadOnlyList<string>? names, string argument)
    {
        foreach (var name in names ?? [])
        {
            Queueing.Check.Name(name, argument);
        }
    }
}
