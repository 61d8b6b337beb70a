namespace DurableQueue.Queueing;

/// <summary>Checks what is said about an attempt.</summary>
internal static class AttemptRules
{
    public static void CheckCompletions(IReadOnlyList<TaskCompletion> tasks, int maxResultBytes)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        Check.Between(tasks.Count, 0, Limits.BatchSize, "tasks.Count");
        for (var i = 0; i < tasks.Count; i++)
        {
            if (tasks[i].Result.Length > maxResultBytes)
            {
                Check.Size(tasks[i].Result.Length, maxResultBytes, $"tasks[{i}].Result");
            }

            if (tasks[i].Notification is { } notification)
            {
                NotificationRules.Check(notification);
            }
        }
    }

    /// <returns>The failure with an error that can be stored.</returns>
    public static TaskFailure CheckFailure(TaskFailure failure, NewTaskRules rules, int maxResultBytes)
    {
        ArgumentNullException.ThrowIfNull(failure);
        if (failure.Outcome is not (TaskOutcome.Failed or TaskOutcome.TimedOut or TaskOutcome.Rejected))
        {
            throw new ArgumentException($"Outcome must be Failed, TimedOut or Rejected; it is {failure.Outcome}.", nameof(failure));
        }

        Check.Size(failure.Result.Length, maxResultBytes, "failure.Result");
        if (failure.RetryAfter is { } delay)
        {
            rules.CheckDelay(delay, nameof(failure.RetryAfter));
        }

        if (failure.Notification is { } notification)
        {
            NotificationRules.Check(notification);
        }

        return failure with { Error = Check.Error(failure.Error) };
    }

    /// <returns>The choice with a reason that can be stored.</returns>
    public static RouteDecision CheckChoice(RouteDecision choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        return Check.Name(choice.Type, nameof(choice.Type)) != NewTask.AutoType
            ? choice with { Reason = Check.Reason(choice.Reason) }
            : throw new ArgumentException($"The choice must name a type; '{NewTask.AutoType}' is not one.", nameof(choice));
    }

    public static void CheckProgress(double fraction, string? message)
    {
        if (fraction is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "fraction must be between 0 and 1.");
        }

        Check.Note(message, nameof(message), Limits.LabelLength);
    }
}
