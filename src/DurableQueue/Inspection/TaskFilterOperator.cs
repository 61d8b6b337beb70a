namespace DurableQueue;

/// <summary>The comparison operators. "Not equal" is a negated "equal".</summary>
internal enum TaskFilterOperator
{
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
}
