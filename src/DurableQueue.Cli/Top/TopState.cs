using DurableQueue.Cli.Logs;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Top;

/// <summary>What the screen shows: what was read, and what the keys have chosen.</summary>
internal sealed class TopState
{
    private TaskId? chosen;

    /// <summary>The queue has been read.</summary>
    public bool HasRead { get; private set; }

    public TopData Data { get; private set; } = TopData.Empty;

    /// <summary>The log of the selected task; <see langword="null"/> if it has none.</summary>
    public LogPage? Log { get; set; }

    /// <summary>How many cells the log is shifted.</summary>
    public int LogShift { get; set; }

    /// <summary>The text that is searched for; empty if none is.</summary>
    public string Sought { get; set; } = "";

    /// <summary>What the queue has to say: it is locked, or gone. Stays until it can be read.</summary>
    public string Banner { get; set; } = "";

    /// <summary>The result of the last key.</summary>
    public string Message { get; set; } = "";

    /// <summary>The query that selects the tasks; <see langword="null"/> for all.</summary>
    public TaskFilter? Filter { get; set; }

    /// <summary>The filter that is being typed.</summary>
    public LineInput? FilterInput { get; set; }

    /// <summary>The filter is shown above the tasks.</summary>
    public bool HasFilterLine => Filter is not null || FilterInput is not null;

    /// <summary>The text to search for that is being typed.</summary>
    public LineInput? SearchInput { get; set; }

    /// <summary>The question that has to be answered before something is destroyed.</summary>
    public string Question { get; set; } = "";

    public bool ShowsHelp { get; set; }

    /// <summary>Only one task is shown, with its details and its log.</summary>
    public bool IsFocused { get; set; }

    /// <summary>The pane shows the details instead of the log, where there is no room for both.</summary>
    public bool ShowsDetails { get; set; }

    /// <summary>Tasks that ended long ago are shown as well.</summary>
    public bool ShowsOlder { get; set; }

    /// <summary>The first line of the details that is shown.</summary>
    public int DetailsFrom { get; set; }

    /// <summary>The selection goes to the last task, of however many there are.</summary>
    public bool GoesToLast { get; private set; }

    public int Selected { get; private set; }

    /// <summary>The first row of the table that is shown.</summary>
    public int FirstRow { get; private set; }

    public TaskView? Task => Selected < Data.Tasks.Count ? Data.Tasks[Selected] : null;

    public void Update(TopData data)
    {
        // The selection stays on the task, wherever it has moved.
        (Data, HasRead) = (data, true);
        var place = data.Tasks.Select((task, index) => (task.Id, index)).Where(task => task.Id == chosen).Select(task => (int?)task.index).FirstOrDefault();
        Select(GoesToLast ? data.Tasks.Count - 1 : place ?? Selected);
    }

    public void Move(int by)
    {
        GoesToLast = false;
        Select(Selected + by);
    }

    public void MoveToLast()
    {
        GoesToLast = true;
        Select(Data.Tasks.Count - 1);
    }

    /// <summary>Scrolls the table as far as the selected row needs.</summary>
    public void ScrollTo(int rows)
    {
        if (rows == 0)
        {
            return;
        }

        var last = Math.Max(0, Data.Tasks.Count - rows);
        FirstRow = Math.Clamp(Math.Clamp(FirstRow, Selected - rows + 1, Selected), 0, last);
    }

    private void Select(int index)
    {
        Selected = Math.Clamp(index, 0, Math.Max(0, Data.Tasks.Count - 1));
        if (Task?.Id != chosen)
        {
            (chosen, DetailsFrom, LogShift) = (Task?.Id, 0, 0);
        }
    }
}
