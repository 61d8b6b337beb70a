namespace DurableQueue;

/// <summary>
/// How long a failed task waits before its next attempt: <c>InitialDelay × Factor^(failures − 1)</c>, at most
/// <see cref="MaxDelay"/>, spread by <see cref="Jitter"/>. The spread is drawn from the task's id and attempt, so it is the
/// same after a crash. How often it is tried is <see cref="NewTask.MaxAttempts"/>.
/// </summary>
public sealed record RetryPolicy
{
    /// <summary>Exponential from 1 s, factor 2, at most 10 min, ±20 %.</summary>
    public static RetryPolicy Default { get; } = new();

    /// <summary>The next attempt may start at once.</summary>
    public static RetryPolicy Immediate { get; } = new() { InitialDelay = TimeSpan.Zero, MaxDelay = TimeSpan.Zero, Jitter = 0 };

    /// <summary>Wait after the first failure. Default 1 s; from zero to 365 days.</summary>
    public TimeSpan InitialDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Growth from one failure to the next. Default 2; from 1 to 100.</summary>
    public double Factor { get; init; } = 2;

    /// <summary>The longest wait, before the spread. Default 10 min; from zero to 365 days.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Spread around the wait as a fraction of it. Default 0.2 (±20 %); from 0 to 1.</summary>
    public double Jitter { get; init; } = 0.2;

    /// <summary>The same wait after every failure, without spread.</summary>
    /// <param name="delay">The wait; from zero to 365 days.</param>
    public static RetryPolicy Fixed(TimeSpan delay) => new() { InitialDelay = delay, MaxDelay = delay, Factor = 1, Jitter = 0 };

    /// <summary>A growing wait.</summary>
    /// <param name="initialDelay">Wait after the first failure.</param>
    /// <param name="factor">Growth from one failure to the next.</param>
    /// <param name="maxDelay">The longest wait; default 10 min.</param>
    /// <param name="jitter">Spread as a fraction of the wait.</param>
    public static RetryPolicy Exponential(TimeSpan initialDelay, double factor = 2, TimeSpan? maxDelay = null, double jitter = 0.2) =>
        new() { InitialDelay = initialDelay, Factor = factor, MaxDelay = maxDelay ?? TimeSpan.FromMinutes(10), Jitter = jitter };
}
