using System.CommandLine;
using System.Globalization;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Output;
using DurableQueue.Cli.Tasks;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Commands.Schedules;

/// <summary>The commands of <c>dq schedule</c> that only show something.</summary>
internal static class ScheduleViews
{
    public static Command List() => new Command("list", "Show all schedules.").WithAction(ListAsync);

    public static Command Show()
    {
        var name = ScheduleCommand.Name();
        return new Command("show", "Show one schedule with all its settings.")
            .With(name)
            .WithAction(async invocation =>
            {
                var queue = await invocation.OpenAsync();
                var info = await queue.Schedules.GetAsync(invocation.Get(name)!, invocation.Token) ?? throw new ScheduleNotFoundException(invocation.Get(name)!);
                if (invocation.Json)
                {
                    invocation.Output.WriteJson(json =>
                    {
                        json.WritePropertyName("schedule");
                        ScheduleJson.Write(json, info);
                    });
                }
                else
                {
                    WriteDetails(invocation, info);
                }

                return ExitCode.Done;
            });
    }

    public static Command Next()
    {
        var name = ScheduleCommand.Name();
        name.Arity = ArgumentArity.ZeroOrOne;
        var count = new Option<int>("--count", "-n") { Description = "How many to show. Default: 10.", HelpName = "N", DefaultValueFactory = _ => 10 };
        var expression = Values.Text("--expression", "Use this expression instead of a schedule.", "EXPRESSION");
        var times = new ScheduleOptions();
        return new Command("next", "Show the next occurrences of a schedule or an expression.")
            .With([name, count, expression, .. times.Times])
            .WithAction(async invocation =>
            {
                var (schedule, given) = (invocation.Get(name), invocation.Get(expression));
                if (schedule is null == given is null)
                {
                    throw CliException.BadInput("Name a schedule or give an --expression.");
                }

                if (schedule is not null && times.Times.Any(invocation.Has))
                {
                    throw CliException.BadInput("Time options need an --expression; a schedule has its own.");
                }

                var schedules = (await invocation.OpenAsync()).Schedules;
                var found = schedule is not null
                    ? await schedules.GetNextAsync(schedule, invocation.Get(count), invocation.Token)
                    : schedules.Preview(times.Apply(invocation, new NewSchedule("preview", given!, new NewTask(CommandTask.TypeName, default))), invocation.Get(count));
                if (invocation.Json)
                {
                    invocation.Output.WriteJson(json => TaskJson.WriteAll(json, "occurrences", found, ScheduleJson.WriteOccurrence));
                    return ExitCode.Done;
                }

                var table = new TextTable("OCCURS", "FIRES");
                foreach (var occurrence in found)
                {
                    // In the schedule's time zone, which the expression refers to.
                    var fires = occurrence.FiresAt == occurrence.OccursAt ? "" : occurrence.FiresAt.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
                    table.Add((occurrence.OccursAt.ToString("ddd yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture), Style.Plain), (fires, Style.Plain));
                }

                invocation.Output.Write(table);
                return ExitCode.Done;
            });
    }

    public static Command Runs()
    {
        var name = ScheduleCommand.Name();
        var limit = new Option<int>("--limit", "-n") { Description = "Show at most N. Default: 20.", HelpName = "N", DefaultValueFactory = _ => 20 };
        return new Command("runs", "Show the results of the last occurrences, newest first.")
            .With(name, limit)
            .WithAction(async invocation =>
            {
                var runs = await (await invocation.OpenAsync()).Schedules.GetRunsAsync(invocation.Get(name)!, invocation.Get(limit), invocation.Token);
                if (invocation.Json)
                {
                    invocation.Output.WriteJson(json => TaskJson.WriteAll(json, "runs", runs, ScheduleJson.WriteRun));
                    return ExitCode.Done;
                }

                var now = invocation.Time.GetUtcNow();
                var table = new TextTable("OCCURRED", "RESULT", "TASK", "OUTCOME", "FINISHED");
                foreach (var run in runs)
                {
                    table.Add(
                        (TaskText.Time(run.OccursAt, now), Style.Plain),
                        (Describe(run, now), run.Result == ScheduleRunResult.Enqueued ? Style.Plain : Style.Yellow),
                        ($"{run.Task}", Style.Plain),
                        (run.Outcome == TaskOutcome.None ? "" : $"{run.Outcome}", run.Outcome is TaskOutcome.None or TaskOutcome.Succeeded ? Style.Plain : Style.Red),
                        (TaskText.Time(run.FinishedAt, now), Style.Plain));
                }

                invocation.Output.Write(table);
                return ExitCode.Done;
            });
    }

    public static async Task<int> ListAsync(DqInvocation invocation)
    {
        var schedules = await (await invocation.OpenAsync()).Schedules.ListAsync(invocation.Token);
        if (invocation.Json)
        {
            invocation.Output.WriteJson(json => TaskJson.WriteAll(json, "schedules", schedules, ScheduleJson.Write));
            return ExitCode.Done;
        }

        var now = invocation.Time.GetUtcNow();
        var table = new TextTable("SCHEDULE", "WHEN", "ZONE", "STATE", "NEXT", "FAILURES", "WHAT");
        foreach (var info in schedules)
        {
            table.Add(
                (info.Name, Style.Plain),
                (info.Schedule.Expression, Style.Plain),
                (info.Schedule.TimeZone, Style.Plain),
                State(info),
                (TaskText.Time(info.NextFireAt, now), Style.Plain),
                (info.ConsecutiveFailures == 0 ? "" : $"{info.ConsecutiveFailures}", Style.Red),
                (What(info.Schedule.Task), Style.Plain));
        }

        invocation.Output.Write(table);
        return ExitCode.Done;
    }

    private static void WriteDetails(DqInvocation invocation, ScheduleInfo info)
    {
        var (schedule, task, now) = (info.Schedule, info.Schedule.Task, invocation.Time.GetUtcNow());
        var lines = new List<(string Name, string Value)>
        {
            ("schedule", schedule.Name),
            ("when", $"{schedule.Expression} ({schedule.TimeZone})"),
            ("state", State(info).Text),
            ("next", TaskText.Time(info.NextFireAt, now)),
            ("last", TaskText.Time(info.LastOccurrence, now)),
            ("from", TaskText.Time(schedule.StartsAt, now)),
            ("until", TaskText.Time(schedule.EndsAt, now)),
            ("missed runs", $"{schedule.Missed}"),
            ("overlap", $"{schedule.Overlap}"),
            ("jitter", schedule.Jitter == TimeSpan.Zero ? "" : TaskText.Span(schedule.Jitter)),
            ("failures in a row", $"{info.ConsecutiveFailures}" + (schedule.PauseAfterFailures == 0 ? "" : $", pauses after {schedule.PauseAfterFailures}")),
            ("what", What(task)),
            ("group", task.Group),
            ("label", task.Label ?? ""),
            ("priority", $"{task.Priority}"),
            ("attempts", $"{task.MaxAttempts}"),
            ("timeout", TaskText.Span(task.Timeout)),
        };
        foreach (var (name, value) in lines.Where(line => line.Value.Length > 0))
        {
            invocation.Output.Text.WriteLine($"{name}: {SafeText.OneLine(value)}");
        }
    }

    private static (string Text, Style Style) State(ScheduleInfo info) => info switch
    {
        { Paused: true, PauseReason: { } reason } => ($"paused: {reason}", Style.Yellow),
        { Paused: true } => ("paused", Style.Yellow),
        { Ended: true } => ("ended", Style.Plain),
        _ => ("active", Style.Plain),
    };

    private static string What(NewTask task) =>
        task.Type == CommandTask.TypeName && CommandSummary.Read(task.Payload) is { } command ? command.ToString() : $"[{task.Type}]";

    private static string Describe(ScheduleRun run, DateTimeOffset now) => run.Result switch
    {
        ScheduleRunResult.Missed => $"missed until {TaskText.Time(run.MissedUntil, now)}",
        ScheduleRunResult.Enqueued when run.Manual => "by hand",
        var result => $"{result}".ToLowerInvariant(),
    };
}
