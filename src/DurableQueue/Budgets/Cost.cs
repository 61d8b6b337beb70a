namespace DurableQueue;

/// <summary>An amount of money, or of something else that is counted.</summary>
/// <param name="Amount">The amount: 0 to 1,000,000,000, with up to nine decimals. It is stored exactly.</param>
/// <param name="Unit">The currency or another unit: 1 to 32 letters, digits and <c>. _ : / -</c>. Letter case doesn't matter.</param>
public readonly record struct Cost(decimal Amount, string Unit = Cost.DefaultUnit)
{
    /// <summary>The default unit.</summary>
    public const string DefaultUnit = "usd";
}
