using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Top;

namespace DurableQueue.Cli.Commands.Top;

/// <summary>Reads the queue beside the screen, one reading at a time.</summary>
/// <param name="invocation">The command.</param>
/// <param name="state">Decides what is read.</param>
/// <param name="only">The only task to show; <see langword="null"/> for all.</param>
/// <param name="publish">Takes the result, on any thread.</param>
internal sealed class TopReading(DqInvocation invocation, TopState state, TaskId? only, Action<TopEvent> publish)
{
    private readonly TimeSpan finishedFor = invocation.Settings.Get(SettingKeys.TopFinished);
    private readonly TopReader reader = new(invocation);
    private bool isReading;
    private bool readsAgain;

    /// <summary>The reading that is at work, or was the last.</summary>
    public Task Current { get; private set; } = Task.CompletedTask;

    /// <inheritdoc cref="TopReader.IsDue"/>
    public bool IsDue => reader.IsDue;

    public void Start()
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
        Current = Task.Run(() => ReadAsync(question));
    }

    /// <summary>The screen has the result. A key that was pressed during the reading may have asked for more.</summary>
    public void End()
    {
        isReading = false;
        if (readsAgain)
        {
            Start();
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

        publish(happened);
    }
}
