namespace DurableQueue;

/// <summary>
/// How long a failed task waits before its next attempt: <c>InitialDelay × Factor^(failures − 1)</c>, at most <see cref="MaxDelay"/>, with a random spread of
/// <see cref="Jitter"/>. The spread is derived from the task's id and attempt, so it is the same after a crash. The number of attempts is set by
/// <see cref="NewTask.MaxAttempts"/>.
/// </summary>
public sealed record RetryPolicy
{
    /// <summary>Exponential: 1 s after the first failure, doubled after each further one, at most 10 min, ±20 %.</summary>
    public static RetryPolicy Default { get; } = new();

    /// <summary>No delay: the next attempt may start at once.</summary>
    public static RetryPolicy Immediate { get; } = new() { InitialDelay = TimeSpan.Zero, MaxDelay = TimeSpan.Zero, Jitter = 0 };

    /// <summary>The delay after the first failure, zero to 365 days. The default is 1 s.</summary>
    public TimeSpan InitialDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The factor by which the delay grows with each failure, 1 to 100. The default is 2.</summary>
    public double Factor { get; init; } = 2;

    /// <summary>The maximum delay, before the spread, zero to 365 days. The default is 10 min.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The spread around the delay, as a fraction of it, 0 to 1. The default is 0.2 (±20 %).</summary>
    public double Jitter { get; init; } = 0.2;

    /// <summary>Creates a policy with the same delay after every failure, without a spread.</summary>
    /// <param name="delay">The delay, zero to 365 days.</param>
    public static RetryPolicy Fixed(TimeSpan delay) => new() { InitialDelay = delay, MaxDelay = delay, Factor = 1, Jitter = 0 };

    /// <summary>Creates a policy with a growing delay.</summary>
    /// <param name="initialDelay">The delay after the first failure.</param>
    /// <param name="factor">The factor by which the delay grows with each failure.</param>
    /// <param name="maxDelay">The maximum delay. The default is 10 min.</param>
    /// <param name="jitter">The spread, as a fraction of the delay.</param>
    public static RetryPolicy Exponential(TimeSpan initialDelay, double factor = 2, TimeSpan? maxDelay = null, double jitter = 0.2) =>
        new() { InitialDelay = initialDelay, Factor = factor, MaxDelay = maxDelay ?? TimeSpan.FromMinutes(10), Jitter = jitter };
}
