using Xunit;

namespace DurableQueue.Cli.Tests;

public sealed class ScheduleTests : DqTest
{
    [Fact]
    public async Task Schedule_AddShowPauseResumeRemove_DoWhatTheySay()
    {
        var added = await JsonAsync(
            "actions", "schedule", "add", "nightly", "0 3 * * *", "--timezone", "Europe/Berlin", "--missed", "skip", "--overlap", "queue", "--pause-after", "2",
            "--jitter", "5m", "-g", "ops", "-p", "7", "-l", "backup", "--timeout", "1h", "--retries", "2", "-e", "SECRET=s3cr3t", "--json", "--", "echo", "a b");
        Assert.Equal("nightly", added.GetProperty("results")[0].GetProperty("schedule").GetString());

        var show = await Box.DoAsync("schedule", "show", "nightly", "--json");
        JsonSchemas.Check("schedule-show", show);
        Assert.DoesNotContain("s3cr3t", show.Out, StringComparison.Ordinal);
        var schedule = show.Json.GetProperty("schedule");
        Assert.Equal(("0 3 * * *", "Europe/Berlin", "Skip", "Queue", 2, 300), (
            schedule.GetProperty("expression").GetString(), schedule.GetProperty("timezone").GetString(), schedule.GetProperty("missed").GetString(),
            schedule.GetProperty("overlap").GetString(), schedule.GetProperty("pause_after_failures").GetInt32(), schedule.GetProperty("jitter_seconds").GetInt32()));
        var task = schedule.GetProperty("task");
        Assert.Equal(("echo 'a b'", "ops", 7, "backup", 3600, 3), (
            task.GetProperty("command").GetString(), task.GetProperty("group").GetString(), task.GetProperty("priority").GetInt32(),
            task.GetProperty("label").GetString(), task.GetProperty("timeout_seconds").GetInt32(), task.GetProperty("max_attempts").GetInt32()));

        await Box.DoAsync("schedule", "pause", "nightly", "--reason", "holidays");
        Assert.Contains("paused: holidays", (await Box.DoAsync("schedule")).Out, StringComparison.Ordinal);
        await Box.DoAsync("schedule", "resume", "nightly");
        Assert.Contains("state: active", (await Box.DoAsync("schedule", "show", "nightly")).Out, StringComparison.Ordinal);
        await Box.DoAsync("schedule", "remove", "nightly");
        Assert.Empty((await JsonAsync("schedules", "schedule", "list", "--json")).GetProperty("schedules").EnumerateArray());
    }

    [Fact]
    public async Task Edit_ChangesWhatIsGiven_AndNothingElse()
    {
        await Box.DoAsync("schedule", "add", "nightly", "@daily", "--ends", "2999-01-01", "-p", "7", "-l", "backup", "-e", "KEPT=yes", "echo $KEPT$MORE");

        await Box.DoAsync("schedule", "edit", "nightly", "--expression", "@hourly", "--no-ends", "-l", "", "-e", "MORE=!", "--retries", "1");

        var schedule = (await JsonAsync("schedules", "schedule", "--json")).GetProperty("schedules")[0];
        Assert.Equal(("@hourly", null), (schedule.GetProperty("expression").GetString(), schedule.GetProperty("ends_at").GetString()));
        var task = schedule.GetProperty("task");
        Assert.Equal(("echo $KEPT$MORE", 7, null, 2), (
            task.GetProperty("command").GetString(), task.GetProperty("priority").GetInt32(), task.GetProperty("label").GetString(), task.GetProperty("max_attempts").GetInt32()));
        await using var queue = await Box.OpenAsync();
        var environment = Processes.CommandTask.FromPayload((await queue.Schedules.GetAsync("nightly"))!.Schedule.Task.Payload).Environment!;
        Assert.Equal(("yes", "!"), (environment["KEPT"], environment["MORE"]));
    }

    [Fact]
    public async Task Edit_Unset_TakesSettingsBack_AndNothingElse()
    {
        await Box.DoAsync(
            "schedule", "add", "nightly", "@daily", "--stash", "--approval", "--timeout", "90", "--key", "k", "--nice", "5", "--watch", "error", "-l", "backup", "--", "true");

        await Box.DoAsync("schedule", "edit", "nightly", "--unset", "stash", "--unset", "approval", "--unset", "--timeout", "--unset", "nice", "--unset", "watch", "--key", "other");

        await using var queue = await Box.OpenAsync();
        var task = (await queue.Schedules.GetAsync("nightly"))!.Schedule.Task;
        Assert.Equal((false, false, null, "other", "backup"), (task.Stashed, task.RequiresApproval, task.Timeout, task.DedupKey, task.Label));
        var command = Processes.CommandTask.FromPayload(task.Payload);
        Assert.Equal((null, null, "true"), (command.Nice, command.Watch, command.Arguments!.Single()));
    }

    [Fact]
    public async Task Edit_UnsetOfSomethingElse_NamesWhatThereIs()
    {
        await Box.DoAsync("schedule", "add", "nightly", "@daily", "true");

        var result = await Box.RunAsync("schedule", "edit", "nightly", "--unset", "colour");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("'colour'", result.Err, StringComparison.Ordinal);
        Assert.Contains("kill-grace", result.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AddsATask_AndRunsTellHowItEnded()
    {
        await Box.StartWorkerAsync();
        await Box.DoAsync("schedule", "add", "tick", "@every 1h", "--paused", "--", "echo", "tick");

        var id = (await JsonAsync("actions", "schedule", "run", "tick", "--json")).GetProperty("results")[0].GetProperty("new_id").GetInt64();
        await Box.DoAsync("wait", $"{id}", "--timeout", "60");

        var run = (await JsonAsync("schedule-runs", "schedule", "runs", "tick", "--json")).GetProperty("runs")[0];
        Assert.Equal((true, id, "Succeeded"), (run.GetProperty("manual").GetBoolean(), run.GetProperty("task_id").GetInt64(), run.GetProperty("outcome").GetString()));
        Assert.Contains("by hand", (await Box.DoAsync("schedule", "runs", "tick", "-n", "1")).Out, StringComparison.Ordinal);

        // What is due is fired by the worker, without anybody at the command line.
        await Box.DoAsync("schedule", "edit", "tick", "--expression", "@every 1s");
        await Box.DoAsync("schedule", "resume", "tick");
        await using var queue = await Box.OpenAsync();
        await Sandbox.UntilAsync(async () => (await queue.Schedules.GetRunsAsync("tick")).Any(fired => !fired.Manual), "a run by the clock");
    }

    [Fact]
    public async Task Next_OfASchedule_AndOfAnExpression()
    {
        await Box.DoAsync("schedule", "add", "nightly", "0 3 * * *", "true");
        var occurrences = (await JsonAsync("schedule-next", "schedule", "next", "nightly", "-n", "3", "--json")).GetProperty("occurrences");
        Assert.Equal(3, occurrences.GetArrayLength());
        Assert.All(occurrences.EnumerateArray(), at => Assert.EndsWith("T03:00:00.000Z", at.GetProperty("occurs_at").GetString(), StringComparison.Ordinal));

        var given = await Box.DoAsync("schedule", "next", "--expression", "30 4 * * *", "--timezone", "Asia/Kolkata", "--starts", "2999-01-01", "-n", "1");
        Assert.Contains("04:30:00 +05:30", given.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "schedule", "add", "taken", "@daily", "true")]
    [InlineData(1, "schedule", "add", "new", "@sometimes", "true")]
    [InlineData(1, "schedule", "add", "new", "@daily", "--timezone", "Mars/Olympus", "true")]
    [InlineData(1, "schedule", "add", "new", "@daily", "--missed", "perhaps", "true")]
    [InlineData(1, "schedule", "edit", "taken")]
    [InlineData(1, "schedule", "next")]
    [InlineData(2, "schedule", "show", "nobody")]
    [InlineData(2, "schedule", "run", "nobody")]
    [InlineData(2, "schedule", "runs", "nobody")]
    [InlineData(2, "schedule", "remove", "nobody")]
    public async Task Schedule_Refused_HasItsCode(int code, params string[] arguments)
    {
        await Box.DoAsync("schedule", "add", "taken", "@daily", "true");

        Assert.Equal(code, (await Box.RunAsync(arguments)).ExitCode);
    }
}
