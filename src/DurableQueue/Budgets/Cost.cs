namespace DurableQueue;

/// <summary>An amount of money, or of something else that is counted.</summary>
/// <param name="Amount">0 to 1,000,000,000, with up to nine decimals; stored exactly.</param>
/// <param name="Unit">1 to 32 letters, digits and <c>. _ : / -</c>; letter case does not matter.</param>
public readonly record struct Cost(decimal Amount, string Unit = Cost.DefaultUnit)
{
    /// <summary>The unit used when none is given.</summary>
    public const string DefaultUnit = "usd";
}
