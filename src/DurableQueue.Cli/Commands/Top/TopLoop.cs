using System.Threading.Channels;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Commands.Control;
using DurableQueue.Cli.Output;
using DurableQueue.Cli.Top;

namespace DurableQueue.Cli.Commands.Top;

/// <summary>Shows the screen and reacts to what happens. Reading and acting continue beside it, so that no lock of the queue stops the keys.</summary>
internal sealed class TopLoop : IDisposable
{
    private static readonly TimeSpan ReadEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>How long an action that waits for a lock may hold up the end of the program.</summary>
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(1);

    private readonly Channel<TopEvent> events = Channel.CreateUnbounded<TopEvent>();
    private readonly DqInvocation invocation;
    private readonly TopTerminal terminal;
    private readonly Glyphs glyphs;
    private readonly ITimer timer;
    private readonly TopState state = new();
    private readonly TaskId? only;
    private readonly TopLog log;
    private readonly TopReading reading;
    private readonly TopActing acting;

    /// <param name="invocation">The command.</param>
    /// <param name="only">The only task to show; <see langword="null"/> for all.</param>
    public TopLoop(DqInvocation invocation, TaskId? only)
    {
        (this.invocation, this.only, glyphs) = (invocation, only, invocation.Glyphs);
        state.IsFocused = only is not null;
        log = new TopLog(invocation, state);
        reading = new TopReading(invocation, state, only, Publish);
        acting = new TopActing(invocation, state, Publish);
        terminal = new TopTerminal(invocation.Output.Color, Publish);
        timer = invocation.Time.CreateTimer(_ => Publish(new TopEvent.Ticked()), null, ReadEvery, ReadEvery);
    }

    public async Task RunAsync()
    {
        terminal.Enter();
        reading.Start();
        while (true)
        {
            Draw();
            if (reading.Current.IsFaulted || acting.Current.IsFaulted)
            {
                // A defect: the program ends with it, instead of showing the same screen for ever.
                await Task.WhenAll(reading.Current, acting.Current);
            }

            await events.Reader.WaitToReadAsync(invocation.Token);
            while (events.Reader.TryRead(out var happened))
            {
                if (!await HandleAsync(happened))
                {
                    terminal.Leave();
                    await Task.WhenAny(Task.WhenAll(reading.Current, acting.Current), Task.Delay(EndsWithin, invocation.Time));
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

    private void Publish(TopEvent happened) => events.Writer.TryWrite(happened);

    /// <returns>Whether the program continues.</returns>
    private async Task<bool> HandleAsync(TopEvent happened)
    {
        switch (happened)
        {
            case TopEvent.Pressed { Key: var key }:
                return await PressAsync(key);
            case TopEvent.Ticked when reading.IsDue:
                reading.Start();
                break;
            case TopEvent.HasRead read:
                state.Banner = "";
                state.Update(read.Data);
                reading.End();
                break;
            case TopEvent.CannotRead { Reason: var reason }:
                state.Banner = reason;
                reading.End();
                break;
            case TopEvent.HasActed { Message: var message }:
                state.Message = message;
                reading.Start();
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
        log.Read(0);
        terminal.Writer.Write(new TopScreen(width, height, glyphs).Draw(state, invocation.Time.GetUtcNow()), width, height);
    }

    private async Task<bool> PressAsync(ConsoleKeyInfo key)
    {
        state.Message = "";
        if (state.Question.Length > 0)
        {
            acting.Answer(key);
        }
        else if (state.FilterInput is { } newFilter)
        {
            if (TopTyping.TypeFilter(state, newFilter, key, invocation.Time))
            {
                reading.Start();
            }
        }
        else if (state.SearchInput is { } sought)
        {
            if (TopTyping.TypeSearch(state, sought, key))
            {
                log.Search(upwards: true);
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
                reading.Start();
                break;
            case TopAction.Kill or TopAction.Retry or TopAction.Stash or TopAction.Suspend or TopAction.Group or TopAction.RunNow or TopAction.Approve or TopAction.Reject
                when state.Task is { } task:
                acting.Ask(action, task);
                break;
            default:
                TopMoves.Move(state, action, TopTerminal.Size.Height, log.Read, log.Window);
                Back(action);
                reading.Start();
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
                log.Search(upwards: action == TopAction.SearchPrevious);
                break;
        }
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
}
