using System.CommandLine;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Commands.Notifications;

/// <summary>The options that select notifications.</summary>
internal sealed class NotificationFilter
{
    private readonly Option<string[]> tasks = Values.Texts("--task", "Only those about this task. Repeatable.", "ID");
    private readonly Option<string[]> labels = Values.Texts("--label", "Only those about tasks with this label. Repeatable.", "TEXT", "-l");
    private readonly Option<string[]> groups = Values.Groups("Only those about tasks of this group. Repeatable.");
    private readonly Option<string[]> topics = Values.Texts("--topic", "Only this topic: output, exit, output-budget, or one of an application. Repeatable.", "NAME");

    public IReadOnlyList<Option> All => [tasks, labels, groups, topics];

    /// <summary>The groups that are asked for; empty for all.</summary>
    public IReadOnlyList<string> Groups(DqInvocation invocation) => invocation.Get(groups) ?? [];

    /// <exception cref="CliException">A value is not valid.</exception>
    public NotificationQuery Read(DqInvocation invocation) => new()
    {
        Tasks = Given(invocation, tasks) is { } ids ? [.. ids.Select(ReadId)] : null,
        Labels = Given(invocation, labels),
        Groups = Given(invocation, groups),
        Topics = Given(invocation, topics),
    };

    private static TaskId ReadId(string text)
    {
        try
        {
            return Values.ReadId(text);
        }
        catch (FormatException e)
        {
            throw CliException.BadInput($"--task: {e.Message}");
        }
    }

    private static string[]? Given(DqInvocation invocation, Option<string[]> option) => invocation.Get(option) is { Length: > 0 } values ? values : null;
}
