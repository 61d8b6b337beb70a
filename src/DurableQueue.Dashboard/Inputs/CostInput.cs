namespace DurableQueue.Dashboard.Inputs;

internal sealed record CostInput
{
    public required decimal Amount { get; init; }

    public string? Unit { get; init; }

    public Cost ToCost() => new(Amount, Unit is { Length: > 0 } unit ? unit : Cost.DefaultUnit);
}
