using System.Text;
using DurableQueue.Lifecycle;
using Xunit;

namespace DurableQueue.Tests.Lifecycle;

public sealed class TransitionsTests
{
    private const string TableStart = "<!-- table -->";
    private const string TableEnd = "<!-- /table -->";

    private static readonly TaskState[] States = Enum.GetValues<TaskState>();
    private static readonly TaskTrigger[] Triggers = Enum.GetValues<TaskTrigger>();

    [Fact]
    public void Docs_LifecycleTable_IsTheTableOfTheCode()
    {
        var text = File.ReadAllText(RepositoryRoot.File("docs", "lifecycle.md")).ReplaceLineEndings("\n");
        var start = text.IndexOf(TableStart, StringComparison.Ordinal) + TableStart.Length;
        var end = text.IndexOf(TableEnd, StringComparison.Ordinal);
        Assert.True(end > start, $"docs/lifecycle.md has no table between {TableStart} and {TableEnd}.");

        Assert.Equal(Render(Transitions.Table).Split('\n'), text[start..end].Trim().Split('\n'));
    }

    [Fact]
    public void Docs_StateDiagram_HasEveryChangeOfStateAndNoOther()
    {
        var text = File.ReadAllText(RepositoryRoot.File("docs", "lifecycle.md"));
        var drawn = text.Split('\n')
            .Select(line => line.Split("-->"))
            .Where(parts => parts.Length == 2)
            .Select(parts => (From: parts[0].Trim(), To: parts[1].Split(':')[0].Trim()))
            .Where(arrow => Enum.IsDefined(typeof(TaskState), arrow.From))
            .Distinct()
            .Order();
        var meant = Transitions.Table
            .Where(row => row.From != row.To)
            .Select(row => (From: row.From.ToString(), To: row.To?.ToString() ?? "[*]"))
            .Distinct()
            .Order();

        Assert.Equal(meant, drawn);
    }

    [Fact]
    public void Table_EveryTrigger_HasARow() =>
        Assert.All(Triggers, trigger => Assert.Contains(Transitions.Table, row => row.Trigger == trigger));

    [Fact]
    public void Table_EveryRow_EndsInAStateThatFitsItsOutcome() =>
        Assert.All(Transitions.Table, row => Assert.True(
            row.To == row.From || StateOf(row.Outcome) == (row.To is TaskState.Done or TaskState.Failed or TaskState.Cancelled ? row.To : null),
            $"{row.From} {row.Trigger} ends in {row.To} with {row.Outcome}"));

    [Fact]
    public void Table_RowsOfOneStateAndTrigger_AreToldApartByTheirCondition() =>
        Assert.All(
            Transitions.Table.GroupBy(row => (row.From, row.Trigger)),
            rows => Assert.Equal(rows.Count(), rows.Select(row => row.When).Distinct().Count()));

    [Fact]
    public void Table_FinishedStates_HaveTheSameRows()
    {
        var done = Shape(TaskState.Done);
        Assert.Equal(done, Shape(TaskState.Failed));
        Assert.Equal(done, Shape(TaskState.Cancelled));

        static List<string> Shape(TaskState state) =>
            [.. Transitions.Table.Where(row => row.From == state).Select(row => $"{row.Trigger} {row.When} {(row.To == state ? "stays" : row.To)} {row.Effects}")];
    }

    [Fact]
    public void Allows_AnyStateAndTrigger_SaysWhatTheTableSays()
    {
        foreach (var state in States)
        {
            foreach (var trigger in Triggers)
            {
                var inTable = Transitions.Table.Any(row => row.From == state && row.Trigger == trigger);
                Assert.Equal(inTable, Transitions.Allows(state, trigger));
            }
        }
    }

    [Fact]
    public void Require_AllowedTrigger_Passes()
    {
        foreach (var row in Transitions.Table)
        {
            Transitions.Require(new TaskId(1), row.From, row.Trigger);
        }
    }

    [Fact]
    public void Require_TriggerOfAnotherState_NamesTheTaskItsStateAndTheStatesThatWouldDo()
    {
        foreach (var state in States)
        {
            foreach (var trigger in Triggers.Where(trigger => !Transitions.Allows(state, trigger)))
            {
                var error = Assert.Throws<TaskStateException>(() => Transitions.Require(new TaskId(7), state, trigger));
                Assert.Equal(new TaskId(7), error.Id);
                Assert.Equal(state, error.State);
                Assert.StartsWith($"Task 7 is {state}; ", error.Message, StringComparison.Ordinal);
                Assert.All(States.Where(other => Transitions.Allows(other, trigger)), other =>
                    Assert.Contains(other.ToString(), error.Message[(error.Message.IndexOf(';', StringComparison.Ordinal) + 1)..], StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void Require_RunNow_SaysItInWords()
    {
        var error = Assert.Throws<TaskStateException>(() => Transitions.Require(new TaskId(7), TaskState.Done, TaskTrigger.RunNow));
        Assert.Equal("Task 7 is Done; run now needs a task that is Queued.", error.Message);
    }

    [Theory]
    [InlineData(TaskTrigger.Fail, false, true, TaskOutcome.Failed, TaskState.Queued, TaskOutcome.None)]
    [InlineData(TaskTrigger.Fail, false, false, TaskOutcome.Failed, TaskState.Failed, TaskOutcome.Failed)]
    [InlineData(TaskTrigger.Fail, false, false, TaskOutcome.TimedOut, TaskState.Failed, TaskOutcome.TimedOut)]
    [InlineData(TaskTrigger.Fail, true, true, TaskOutcome.Failed, TaskState.Cancelled, TaskOutcome.Killed)]
    [InlineData(TaskTrigger.Fail, true, false, TaskOutcome.TimedOut, TaskState.Cancelled, TaskOutcome.Killed)]
    [InlineData(TaskTrigger.Reap, false, true, TaskOutcome.Abandoned, TaskState.Queued, TaskOutcome.None)]
    [InlineData(TaskTrigger.Reap, false, false, TaskOutcome.Abandoned, TaskState.Failed, TaskOutcome.Abandoned)]
    [InlineData(TaskTrigger.Reap, true, true, TaskOutcome.Abandoned, TaskState.Cancelled, TaskOutcome.Killed)]
    [InlineData(TaskTrigger.Reap, true, false, TaskOutcome.Abandoned, TaskState.Cancelled, TaskOutcome.Killed)]
    [InlineData(TaskTrigger.Release, false, true, TaskOutcome.None, TaskState.Queued, TaskOutcome.None)]
    [InlineData(TaskTrigger.Release, false, false, TaskOutcome.None, TaskState.Queued, TaskOutcome.None)]
    [InlineData(TaskTrigger.Release, true, true, TaskOutcome.None, TaskState.Cancelled, TaskOutcome.Killed)]
    [InlineData(TaskTrigger.Route, false, false, TaskOutcome.None, TaskState.Queued, TaskOutcome.None)]
    [InlineData(TaskTrigger.Route, true, true, TaskOutcome.None, TaskState.Cancelled, TaskOutcome.Killed)]
    public void EndAttempt_Trigger_LeadsWhereTheTableSays(
        object trigger, bool cancelRequested, bool attemptsLeft, TaskOutcome failure, TaskState state, TaskOutcome outcome)
    {
        Assert.Equal(new AttemptEnd(state, outcome), Transitions.EndAttempt((TaskTrigger)trigger, cancelRequested, attemptsLeft, failure));
        Assert.Contains(Transitions.Table, row => row.From == TaskState.CheckedOut && row.Trigger == (TaskTrigger)trigger && row.To == state);
    }

    [Fact]
    public void EndAttempt_TriggerThatEndsNone_IsADefect()
    {
        foreach (var trigger in Triggers.Except([TaskTrigger.Fail, TaskTrigger.Reap, TaskTrigger.Release, TaskTrigger.Route]))
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => Transitions.EndAttempt(trigger, cancelRequested: false, attemptsLeft: true, TaskOutcome.Failed));
        }
    }

    private static TaskState? StateOf(TaskOutcome outcome) => outcome switch
    {
        TaskOutcome.None => null,
        TaskOutcome.Succeeded => TaskState.Done,
        TaskOutcome.Cancelled or TaskOutcome.Killed => TaskState.Cancelled,
        _ => TaskState.Failed,
    };

    /// <summary>The table as Markdown, as docs/lifecycle.md holds it.</summary>
    private static string Render(IEnumerable<Transition> table)
    {
        var text = new StringBuilder("| from | trigger | when | to | outcome | what else happens |\n|---|---|---|---|---|---|");
        foreach (var row in table)
        {
            var to = row.To?.ToString() ?? "deleted";
            var outcome = row.Outcome == TaskOutcome.None ? "" : row.Outcome.ToString();
            text.Append('\n').AppendJoin(' ', "|", row.From, "|", Words(row.Trigger), "|", row.When, "|", to, "|", outcome, "|", row.Effects, "|");
        }

        return text.ToString();
    }

    /// <summary><c>TakeOver</c> as "take over".</summary>
    private static string Words(TaskTrigger trigger) =>
        string.Concat(trigger.ToString().Select((letter, i) => i > 0 && char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));
}
