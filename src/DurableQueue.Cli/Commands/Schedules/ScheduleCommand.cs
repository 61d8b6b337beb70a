using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands.Schedules;

internal static class ScheduleCommand
{
    private const string Kind = "schedule";

    public static Command Create() => new Command(Kind, "Manage schedules: list (default), add, show, pause, resume, run, edit, remove, next, runs.")
        .With(ScheduleViews.List(), Add(), ScheduleViews.Show(), Pause(), Resume(), Run(), Edit(), Remove(), ScheduleViews.Next(), ScheduleViews.Runs())
        .WithAction(ScheduleViews.ListAsync);

    private static Command Add()
    {
        var name = new Argument<string>("name") { Description = "The name; same characters as in group names." };
        var expression = new Argument<string>("expression") { Description = "When it runs, in quotes: '30 4 * * MON-FRI', '@daily', '@every 90m'." };
        var (times, task) = (new ScheduleOptions(), new NewCommandOptions());
        var paused = Values.Flag("--paused", "Create it paused; nothing runs until 'dq schedule resume'.");
        return new Command("add", "Run a command at given times, with the current environment and directory.")
            .With([name, expression, .. task.TemplateSymbols, .. times.Options, paused])
            .WithAction(invocation => DoAsync(invocation, name, async (queue, schedule) =>
            {
                if (await queue.Schedules.GetAsync(schedule, invocation.Token) is not null)
                {
                    throw CliException.WrongState($"The schedule {schedule} already exists; 'dq schedule edit' changes it.");
                }

                var template = await task.ReadAsync(invocation);
                await NewGroups.AnnounceAsync(invocation, template.Group);
                var added = times.Apply(invocation, new NewSchedule(schedule, invocation.Get(expression)!, template) { Paused = invocation.Get(paused) });
                await queue.Schedules.AddAsync(added, invocation.Token);
                return $"added, {await DescribeNextAsync(invocation, queue, schedule)}";
            }));
    }

    private static Command Pause()
    {
        var name = Name();
        var reason = Values.Text("--reason", "The reason; shown with the schedule.", "TEXT");
        return new Command("pause", "Start no more runs until 'dq schedule resume'; queued and running ones continue.")
            .With(name, reason)
            .WithAction(invocation => DoAsync(invocation, name, async (queue, schedule) =>
            {
                await queue.Schedules.PauseAsync(schedule, invocation.Get(reason), invocation.Token);
                return "paused";
            }));
    }

    private static Command Resume()
    {
        var name = Name();
        return new Command("resume", "Continue with the next occurrence and reset the failure count.")
            .With(name)
            .WithAction(invocation => DoAsync(invocation, name, async (queue, schedule) =>
            {
                await queue.Schedules.ResumeAsync(schedule, invocation.Token);
                return $"resumed, {await DescribeNextAsync(invocation, queue, schedule)}";
            }));
    }

    private static Command Run()
    {
        var name = Name();
        return new Command("run", "Add a run now, even if paused; the next occurrence is not affected.")
            .With(name)
            .WithAction(async invocation =>
            {
                var (queue, schedule) = (await invocation.OpenAsync(), invocation.Get(name)!);
                var report = new ActionReport();
                await report.DoAsync(Kind, schedule, async () =>
                {
                    var task = await queue.Schedules.RunNowAsync(schedule, invocation.Token);
                    return ($"added as task {task}", (TaskId?)task);
                });
                return report.Finish(invocation);
            });
    }

    private static Command Edit()
    {
        var name = Name();
        var expression = Values.Text("--expression", "The new expression.", "EXPRESSION");
        var noStart = Values.Flag("--no-starts", "Remove the start.");
        var noEnd = Values.Flag("--no-ends", "Remove the end.");
        var (times, task) = (new ScheduleOptions(), new NewCommandOptions(optional: true));
        Option[] own = [expression, noStart, noEnd];
        return new Command("edit", "Change the given settings: times, policies, the command or its options. The rest is kept.")
            .With([name, .. task.ChangeSymbols, .. own, .. times.Options])
            .WithAction(invocation => DoAsync(invocation, name, async (queue, schedule) =>
            {
                invocation.AtMostOne(noStart, times.Starts);
                invocation.AtMostOne(noEnd, times.Ends);
                var info = await queue.Schedules.GetAsync(schedule, invocation.Token) ?? throw new ScheduleNotFoundException(schedule);
                var template = await task.ChangeAsync(invocation, info.Schedule.Task);
                if (template is null && !own.Concat(times.Options).Any(invocation.Has))
                {
                    throw CliException.BadInput("There is nothing to change: give at least one option.");
                }

                var edit = times.Read(invocation);
                await queue.Schedules.EditAsync(
                    schedule,
                    edit with
                    {
                        Expression = invocation.Get(expression),
                        Task = template,
                        StartsAt = invocation.Get(noStart) ? DateTimeOffset.MinValue : edit.StartsAt,
                        EndsAt = invocation.Get(noEnd) ? DateTimeOffset.MaxValue : edit.EndsAt,
                    },
                    invocation.Token);
                return $"changed, {await DescribeNextAsync(invocation, queue, schedule)}";
            }));
    }

    private static Command Remove()
    {
        var name = Name();
        return new Command("remove", "Remove a schedule and its list of runs; its tasks are kept.")
            .With(name)
            .WithAction(invocation => DoAsync(invocation, name, async (queue, schedule) =>
            {
                await queue.Schedules.RemoveAsync(schedule, invocation.Token);
                return "removed";
            }));
    }

    public static Argument<string> Name()
    {
        var name = new Argument<string>("name") { Description = "The schedule." };
        name.CompletionSources.Add(QueueCompletions.Schedules);
        return name;
    }

    private static Task<int> DoAsync(DqInvocation invocation, Argument<string> name, Func<ITaskQueue, string, Task<string>> action) =>
        ActionReport.RunAsync(invocation, Kind, invocation.Get(name)!, action);

    private static async Task<string> DescribeNextAsync(DqInvocation invocation, ITaskQueue queue, string name) =>
        await queue.Schedules.GetAsync(name, invocation.Token) switch
        {
            { NextFireAt: { } next } => $"next at {TaskText.Time(next, invocation.Time.GetUtcNow())}",
            { Paused: true } => "paused",
            _ => "no further occurrence",
        };
}
