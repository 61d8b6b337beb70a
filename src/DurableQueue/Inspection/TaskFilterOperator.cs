namespace DurableQueue;

/// <summary>How a condition compares. "Not equal" is "equal", negated.</summary>
internal enum TaskFilterOperator
{
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
}
