using DurableQueue;

namespace QuickStart;

// A task's payload is any type that can be written as JSON.
internal sealed record Report(string Customer);

internal sealed record Step(string Name);

internal sealed record Mail(string To);

internal sealed record Nap(int Seconds);

/// <summary>A new handler is created, with its own DI scope, for every attempt.</summary>
internal sealed class StepHandler : ITaskHandler<Step>
{
    public async Task HandleAsync(Step step, TaskContext context, CancellationToken cancellationToken)
    {
        Output.Line($"  {step.Name}: begins");
        await Task.Delay(100, cancellationToken);
        await context.ReportProgressAsync(0.5, "half of it", cancellationToken);
        await Task.Delay(100, cancellationToken);
        Output.Line($"  {step.Name}: done");
    }
}

/// <summary>Throws on its first two attempts; the task waits longer before each new one.</summary>
internal sealed class MailHandler : ITaskHandler<Mail>
{
    public Task HandleAsync(Mail mail, TaskContext context, CancellationToken cancellationToken)
    {
        Output.Line($"  mail to {mail.To}: attempt {context.Attempt}");
        return context.Attempt < 3 ? throw new IOException("the mail server is not there") : Task.CompletedTask;
    }
}
