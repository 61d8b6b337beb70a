using System.Threading.Channels;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Logs;
using DurableQueue.Cli.Output;
using DurableQueue.Cli.Tasks;
using DurableQueue.Cli.Top;
using DurableQueue.Processes.Running;

namespace DurableQueue.Cli.Commands;

/// <summary>Shows the screen and reacts to what happens. Reading and acting go on beside it, so that no lock of the queue stops the keys.</summary>
internal sealed class TopLoop : IDisposable
{
    private static readonly TimeSpan ReadEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>How long an action that waits for a lock may hold up the end of the program.</summary>
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(1);

    private readonly Channel<TopEvent> events = Channel.CreateUnbounded<TopEvent>();
    private readonly DqInvocation invocation;
    private readonly TopReader reader;
    private readonly TopTerminal terminal;
    private readonly Glyphs glyphs;
    private readonly TimeSpan finishedFor;
    private readonly ITimer timer;
    private readonly TopState state = new();
    private readonly LogWindow log = new();
    private readonly TaskId? only;
    private Task reading = Task.CompletedTask;
    private Task acting = Task.CompletedTask;
    private bool isReading;
    private bool readsAgain;

    /// <summary>What is done when the question is answered with yes.</summary>
    private (TopAction Action, TaskView Task)? asked;

    /// <param name="invocation">The command.</param>
    /// <param name="only">The only task to show; <see langword="null"/> for all.</param>
    public TopLoop(DqInvocation invocation, TaskId? only)
    {
        (this.invocation, this.only, glyphs) = (invocation, only, invocation.Glyphs);
        finishedFor = invocation.Settings.Get(SettingKeys.TopFinished);
        state.IsFocused = only is not null;
        reader = new TopReader(invocation);
        terminal = new TopTerminal(invocation.Output.Color, happened => events.Writer.TryWrite(happened));
        timer = invocation.Time.CreateTimer(_ => events.Writer.TryWrite(new TopEvent.Ticked()), null, ReadEvery, ReadEvery);
    }

    public async Task RunAsync()
    {
        terminal.Enter();
        StartReading();
        while (true)
        {
            Draw();
            if (reading.IsFaulted || acting.IsFaulted)
            {
                // A defect: the program ends with it, instead of showing the same screen for ever.
                await Task.WhenAll(reading, acting);
            }

            await events.Reader.WaitToReadAsync(invocation.Token);
            while (events.Reader.TryRead(out var happened))
            {
                if (!await HandleAsync(happened))
                {
                    terminal.Leave();
                    await Task.WhenAny(Task.WhenAll(reading, acting), Task.Delay(EndsWithin, invocation.Time));
                    return;
                }
            }
        }
    }

    public void Dispose()
    {
        timer.Dispose();
        terminal.Dispose();
    }

    /// <returns>Whether the program goes on.</returns>
    private async Task<bool> HandleAsync(TopEvent happened)
    {
        switch (happened)
        {
            case TopEvent.Pressed { Key: var key }:
                return await PressAsync(key);
            case TopEvent.Ticked when reader.IsDue:
                StartReading();
                break;
            case TopEvent.HasRead read:
                state.Banner = "";
                state.Update(read.Data);
                EndReading();
                break;
            case TopEvent.CannotRead { Reason: var reason }:
                state.Banner = reason;
                EndReading();
                break;
            case TopEvent.HasActed { Message: var message }:
                state.Message = message;
                StartReading();
                break;
            case TopEvent.Resized or TopEvent.Continues:
                terminal.Writer.Forget();
                break;
            case TopEvent.Stops:
                await terminal.StopAsync(invocation.Token);
                break;
            case TopEvent.Gone:
                return false;
        }

        return true;
    }

    private void Draw()
    {
        var (width, height) = TopTerminal.Size;
        ReadLog(0);
        terminal.Writer.Write(new TopScreen(width, height, glyphs).Draw(state, invocation.Time.GetUtcNow()), width, height);
    }

    private async Task<bool> PressAsync(ConsoleKeyInfo key)
    {
        state.Message = "";
        if (state.Question.Length > 0)
        {
            Answer(key);
        }
        else if (state.FilterInput is { } newFilter)
        {
            if (TopTyping.TypeFilter(state, newFilter, key, invocation.Time))
            {
                StartReading();
            }
        }
        else if (state.SearchInput is { } sought)
        {
            if (TopTyping.TypeSearch(state, sought, key))
            {
                Search(upwards: true);
            }
        }
        else if (state.ShowsHelp)
        {
            state.ShowsHelp = false;
            return key.KeyChar is not ('q' or 'Q');
        }
        else if (TopKey.Find(key) is { } action)
        {
            return await DoAsync(action);
        }

        return true;
    }

    private async Task<bool> DoAsync(TopAction action)
    {
        switch (action)
        {
            case TopAction.Quit:
                return false;
            case TopAction.Help:
                state.ShowsHelp = true;
                break;
            case TopAction.Redraw:
                terminal.Writer.Forget();
                break;
            case TopAction.Filter when only is null:
                (state.IsFocused, state.FilterInput) = (false, new LineInput($"{state.Filter}"));
                break;
            case TopAction.Search:
                state.SearchInput = new LineInput("");
                break;
            case TopAction.Edit when state.Task is { } task:
                state.Message = await EditAsync(task.Id);
                StartReading();
                break;
            case TopAction.Kill or TopAction.Retry or TopAction.Stash or TopAction.Suspend or TopAction.Group or TopAction.RunNow or TopAction.Approve or TopAction.Reject
                when state.Task is { } task:
                Ask(action, task);
                break;
            default:
                TopMoves.Move(state, action, TopTerminal.Size.Height, ReadLog, log);
                Back(action);
                StartReading();
                break;
        }

        return true;
    }

    private void Back(TopAction action)
    {
        switch (action)
        {
            case TopAction.Open when only is null:
                state.IsFocused = true;
                break;
            case TopAction.Back when state.IsFocused && only is null:
                state.IsFocused = false;
                break;
            case TopAction.Back:
                state.Filter = null;
                break;
            case TopAction.SearchNext or TopAction.SearchPrevious:
                Search(upwards: action == TopAction.SearchPrevious);
                break;
        }
    }

    private void Ask(TopAction action, TaskView task)
    {
        if (TopActions.Question(action, task) is { } question)
        {
            (state.Question, asked) = (question, (action, task));
        }
        else
        {
            StartActing(action, task);
        }
    }

    private void Answer(ConsoleKeyInfo key)
    {
        if (key.KeyChar is 'y' or 'Y' && asked is { } waiting)
        {
            StartActing(waiting.Action, waiting.Task);
        }

        (state.Question, asked) = ("", null);
    }

    private void Search(bool upwards)
    {
        if (state.Sought.Length > 0 && !log.Find(LogPath(), state.Sought, state.Log, upwards))
        {
            state.Message = $"'{state.Sought}' is not {(upwards ? "above" : "below")}";
        }
    }

    private void StartReading()
    {
        if (isReading)
        {
            readsAgain = true;
            return;
        }

        (isReading, readsAgain) = (true, false);
        var rows = TopLayout.Of(state, TopTerminal.Size.Height).TaskRows;
        state.ScrollTo(rows);
        var question = new TopQuestion
        {
            Only = only,
            Filter = state.Filter,
            EndedAfter = state.ShowsOlder ? null : invocation.Time.GetUtcNow() - finishedFor,
            Selected = state.GoesToLast ? int.MaxValue : state.Selected,
            Chosen = state.Task?.Id,
            FirstRow = Math.Max(0, (rows == 0 ? state.Selected : state.FirstRow) - rows),
            Rows = Math.Max(1, 3 * rows),
        };
        reading = Task.Run(() => ReadAsync(question));
    }

    /// <summary>A key that was pressed during the reading may have asked for more.</summary>
    private void EndReading()
    {
        isReading = false;
        if (readsAgain)
        {
            StartReading();
        }
    }

    private async Task ReadAsync(TopQuestion question)
    {
        TopEvent happened;
        try
        {
            happened = new TopEvent.HasRead(await reader.ReadAsync(question));
        }
        catch (Exception e) when (Failures.IsKnown(e))
        {
            // A queue that lost its file stays lost; the next reading opens what is there by then.
            await invocation.CloseAsync();
            happened = new TopEvent.CannotRead(Failures.MessageOf(e));
        }
        catch (OperationCanceledException)
        {
            return;
        }

        events.Writer.TryWrite(happened);
    }

    private void StartActing(TopAction action, TaskView task)
    {
        if (!acting.IsCompleted)
        {
            state.Message = "The last action has not ended yet.";
            return;
        }

        acting = Task.Run(async () =>
        {
            try
            {
                events.Writer.TryWrite(new TopEvent.HasActed(await TopActions.DoAsync(invocation, action, task)));
            }
            catch (ObjectDisposedException)
            {
                events.Writer.TryWrite(new TopEvent.HasActed("The queue had to be opened again; nothing was done."));
            }
            catch (OperationCanceledException)
            {
                // The program ends.
            }
        });
    }

    private async Task<string> EditAsync(TaskId id)
    {
        try
        {
            return $"task {id}: {await terminal.LendAsync(() => EditCommand.EditInEditorAsync(invocation, id), invocation.Token)}";
        }
        catch (Exception e) when (Failures.IsKnown(e))
        {
            return Failures.MessageOf(e);
        }
    }

    private string? LogPath() => state.Task is { IsCommand: true } task ? PresentRun.LogOf(invocation.Files, task.Info, task.Info.Attempt, errors: false) : null;

    private void ReadLog(int by)
    {
        var (rows, attempt) = (TopLayout.Of(state, TopTerminal.Size.Height).LogRows, state.Task?.Info.Attempt ?? 0);
        if (rows == 0)
        {
            return;
        }

        try
        {
            state.Log = log.Read(LogPath(), attempt, rows, by);
        }
        catch (Exception e) when (Failures.IsKnown(e))
        {
            // It belongs to another user, or is no file.
            state.Log = new LogPage(attempt, [Failures.MessageOf(e)]);
        }
    }
}
