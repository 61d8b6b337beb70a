using System.CommandLine;
using System.Text;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Top;
using DurableQueue.Cli.Logs;
using DurableQueue.Cli.Tasks;
using DurableQueue.Cli.Workers;
using DurableQueue.Processes.Running;
using Spectre.Console;

namespace DurableQueue.Cli.Commands;

internal static class TopCommand
{
    private const int MostActive = 200;
    private const int MostFinished = 50;

    /// <summary>The longest line that is read: a progress bar may never end its line.</summary>
    private const int MostLogBytes = 64 * 1024;
    private static readonly TimeSpan ReadEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan KeysEvery = TimeSpan.FromMilliseconds(30);

    public static Command Create() => new Command("top", "Show groups, tasks and the log of the selected task live, with keys to act on it.")
        .WithAction(async invocation =>
        {
            if (!invocation.Output.IsTerminal || Console.IsInputRedirected)
            {
                throw CliException.BadInput("'dq top' needs a terminal; 'dq status' does not.");
            }

            var console = AnsiConsole.Create(new AnsiConsoleSettings
            {
                ColorSystem = invocation.Output.Color ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
#pragma warning disable RS0030 // The screen is drawn with escape sequences; TopScreen makes each text safe.
                Out = new AnsiConsoleOutput(Console.Out),
#pragma warning restore RS0030
            });
            var screen = new TopScreen(console);
            screen.Enter();
            try
            {
                await ShowAsync(invocation, screen);
            }
            finally
            {
                screen.Leave();
            }

            return ExitCode.Done;
        });

    private static async Task ShowAsync(DqInvocation invocation, TopScreen screen)
    {
        var state = new TopState();
        var actions = new TopActions(await invocation.OpenAsync(), await invocation.OpenControlAsync());
        while (true)
        {
            await ReadAsync(invocation, state);
            screen.Draw(state, invocation.Time.GetUtcNow());
            if (await NextKeyAsync(invocation) is not { } key)
            {
                continue;
            }

            state.Message = "";
            if (key.KeyChar is 'q' or 'Q' || key.Key == ConsoleKey.Escape)
            {
                return;
            }

            switch (key.Key)
            {
                case ConsoleKey.UpArrow or ConsoleKey.K:
                    state.Move(-1);
                    break;
                case ConsoleKey.DownArrow or ConsoleKey.J:
                    state.Move(1);
                    break;
                default:
                    state.Message = await actions.DoAsync(key, state.Task, invocation.Token);
                    break;
            }
        }
    }

    /// <returns>The next key; <see langword="null"/> when it is time to read the queue again.</returns>
    private static async Task<ConsoleKeyInfo?> NextKeyAsync(DqInvocation invocation)
    {
        var since = invocation.Time.GetTimestamp();
        while (!Console.KeyAvailable)
        {
            if (invocation.Time.GetElapsedTime(since) >= ReadEvery)
            {
                return null;
            }

            await Task.Delay(KeysEvery, invocation.Time, invocation.Token);
        }

        return Console.ReadKey(intercept: true);
    }

    private static async Task ReadAsync(DqInvocation invocation, TopState state)
    {
        var queue = await invocation.OpenAsync();
        var active = await queue.Inspector.QueryAsync(new TaskQuery { States = [TaskState.Queued, TaskState.CheckedOut], Limit = MostActive }, invocation.Token);
        var finished = await queue.Inspector.QueryAsync(
            new TaskQuery { States = [TaskState.Done, TaskState.Failed, TaskState.Cancelled], Order = TaskOrder.FinishedDescending, Limit = MostFinished }, invocation.Token);
        var tasks = active.Tasks.OrderByDescending(task => task.State == TaskState.CheckedOut).Concat(finished.Tasks).ToList();
        var views = await TaskViews.AddContentsAsync(queue, tasks, invocation.Token);
        await (await QueueSituation.ReadAsync(invocation)).ExplainAsync(views, invocation.Token);
        state.Update(
            await queue.Groups.ListAsync(invocation.Token),
            views,
            (await queue.Inspector.GetWorkersAsync(invocation.Token)).Count(WorkerPresence.RunsCommands));
        state.Log = state.Task switch
        {
            null => [],
            { Info.State: TaskState.Queued } task => [.. task.Reasons.Select(reason => $"does not run: {reason.ToText(invocation.Time.GetUtcNow())}")],
            { } task => ReadLog(invocation, task.Info),
        };
    }

    private static string[] ReadLog(DqInvocation invocation, TaskInfo task)
    {
        if (PresentRun.LogOf(invocation.Files, task, task.Attempt, errors: false) is not { } path || !File.Exists(path))
        {
            return [];
        }

        using var log = LogFile.Open(path);
        var bytes = new byte[MostLogBytes];
        var count = RandomAccess.Read(log, bytes, LogFile.StartOfLast(log, TopScreen.LogLines(Console.WindowHeight), MostLogBytes));
        return Encoding.UTF8.GetString(bytes, 0, count).TrimEnd('\n').Split('\n');
    }
}
