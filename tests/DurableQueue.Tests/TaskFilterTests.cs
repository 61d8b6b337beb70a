using System.Globalization;
using System.Text;
using Xunit;

namespace DurableQueue.Tests;

/// <summary>What the parser makes of a query. What the queries find is in the conformance tests.</summary>
public sealed class TaskFilterTests
{
    // A Wednesday, 14:30 in the zone.
    private static readonly TimeProvider Time = ClockChanges.At("2026-05-06T12:30:00Z");

    /// <summary>Names a state, a hold and an outcome may be written by, and what each is.</summary>
    public static TheoryData<string, string> Statuses => new()
    {
        { "queued", "Queued" }, { "checkedout", "CheckedOut" }, { "checked-out", "CheckedOut" }, { "Checked_Out", "CheckedOut" }, { "running", "CheckedOut" },
        { "done", "Done" }, { "failed", "Failed" }, { "CANCELLED", "Cancelled" }, { "finished", "Done,Failed,Cancelled" }, { "unfinished", "Queued,CheckedOut" },
        { "ready", "ready" }, { "dependencies", "holds Dependencies" }, { "notbefore", "holds NotBefore" }, { "not-before", "holds NotBefore" },
        { "stashed", "holds Stashed" }, { "approval", "holds Approval" }, { "succeeded", "outcome Succeeded" }, { "timedout", "outcome TimedOut" },
        { "timed-out", "outcome TimedOut" }, { "abandoned", "outcome Abandoned" }, { "dependency-failed", "outcome DependencyFailed" },
        { "rejected", "outcome Rejected" }, { "killed", "outcome Killed" },
    };

    [Theory]
    [InlineData("", "all()")]
    [InlineData("   ", "all()")]
    [InlineData("id=5", "Id Equal [5]")]
    [InlineData("id = 5", "Id Equal [5]")]
    [InlineData("ID\t=\n5", "Id Equal [5]")]
    [InlineData("id!=5", "not Id Equal [5]")]
    [InlineData("id<5", "Id Less [5]")]
    [InlineData("id<=5", "Id LessOrEqual [5]")]
    [InlineData("id>5", "Id Greater [5]")]
    [InlineData("id>=5", "Id GreaterOrEqual [5]")]
    [InlineData("id in (1,2, 3)", "Id Equal [1,2,3]")]
    [InlineData("id not in (1)", "not Id Equal [1]")]
    [InlineData("not id in (1)", "not Id Equal [1]")]
    [InlineData("not id not in (1)", "Id Equal [1]")]
    [InlineData("priority=-5", "Priority Equal [-5]")]
    [InlineData("priority>=+5", "Priority GreaterOrEqual [5]")]
    [InlineData("attempt>1", "Attempt Greater [1]")]
    [InlineData("after=7", "After Equal [7]")]
    [InlineData("after=none", "After none")]
    [InlineData("label!=none", "not Label none")]
    [InlineData("label='none'", "Label Equal [none]")]
    [InlineData("group=ml", "Group Equal [ml]")]
    [InlineData("type=a.b:c/d-e_f", "Type Equal [a.b:c/d-e_f]")]
    [InlineData("label~sweep", "Label Contains [sweep]")]
    [InlineData("label='two words'", "Label Equal [two words]")]
    [InlineData("label='it''s'", "Label Equal [it's]")]
    [InlineData("label=''''", "Label Equal [']")]
    [InlineData("label=''", "Label Equal []")]
    [InlineData("label='and'", "Label Equal [and]")]
    [InlineData("label='); DROP TABLE task; --'", "Label Equal [); DROP TABLE task; --]")]
    [InlineData("label=x;y", "Label Equal [x;y]")]
    [InlineData("label=%_*?", "Label Equal [%_*?]")]
    [InlineData("command~'rm -rf'", "Command Contains [rm -rf]")]
    [InlineData("duration>1h30m", "Duration Greater [5400000]")]
    [InlineData("duration<0.2s", "Duration Less [200]")]
    [InlineData("duration='1h 30m'", "Duration Equal [5400000]")]
    [InlineData("duration=none", "Duration none")]
    [InlineData("id=1 and id=2 and id=3", "all(Id Equal [1]; Id Equal [2]; Id Equal [3])")]
    [InlineData("id=1 or id=2 and id=3", "any(Id Equal [1]; all(Id Equal [2]; Id Equal [3]))")]
    [InlineData("(id=1 or id=2) and id=3", "all(any(Id Equal [1]; Id Equal [2]); Id Equal [3])")]
    [InlineData("((id=1))", "Id Equal [1]")]
    [InlineData("id=1 and (id=2 and (id=3))", "all(Id Equal [1]; Id Equal [2]; Id Equal [3])")]
    [InlineData("not (id=1 and id=2)", "any(not Id Equal [1]; not Id Equal [2])")]
    [InlineData("not (id=1 or not id=2)", "all(not Id Equal [1]; Id Equal [2])")]
    [InlineData("not not id=1", "Id Equal [1]")]
    [InlineData("not id=1 and id=2", "all(not Id Equal [1]; Id Equal [2])")]
    [InlineData("NOT id=1 AND id=2 OR id=3", "any(all(not Id Equal [1]; Id Equal [2]); Id Equal [3])")]
    [InlineData("id=1 limit 10", "Id Equal [1] limit 10")]
    [InlineData("order by ended desc", "all() by Ended down")]
    [InlineData("order by group", "all() by Group up")]
    [InlineData("ORDER BY Priority ASC LIMIT 3", "all() by Priority up limit 3")]
    [InlineData("limit 1", "all() limit 1")]
    [InlineData(
        "status=failed and group=ml and label~sweep order by ended desc limit 10",
        "all(Status [Failed]; Group Equal [ml]; Label Contains [sweep]) by Ended down limit 10")]
    [InlineData("status in (failed, killed)", "Status [Failed,outcome Killed]")]
    [InlineData("status!=ready", "not Status [ready]")]
    [InlineData("enqueued>-2h", "Enqueued Greater [2026-05-06T10:30:00Z..]")]
    [InlineData("enqueued>+2h", "Enqueued Greater [2026-05-06T14:30:00Z..]")]
    [InlineData("ended<now", "Ended Less [2026-05-06T12:30:00Z..]")]
    [InlineData("ended=today", "Ended Equal [2026-05-05T22:00:00Z..2026-05-06T22:00:00Z]")]
    [InlineData("ended>=yesterday", "Ended GreaterOrEqual [2026-05-04T22:00:00Z..2026-05-05T22:00:00Z]")]
    [InlineData("ended<tomorrow", "Ended Less [2026-05-06T22:00:00Z..2026-05-07T22:00:00Z]")]
    [InlineData("ended>='today 09:00'", "Ended GreaterOrEqual [2026-05-06T07:00:00Z..]")]
    [InlineData("ended>=monday", "Ended GreaterOrEqual [2026-05-03T22:00:00Z..2026-05-04T22:00:00Z]")]
    [InlineData("ended>=wed", "Ended GreaterOrEqual [2026-05-05T22:00:00Z..2026-05-06T22:00:00Z]")]
    [InlineData("ended>=thursday", "Ended GreaterOrEqual [2026-04-29T22:00:00Z..2026-04-30T22:00:00Z]")]
    [InlineData("started in (2026-01-31, 2026-02-01)", "Started Equal [2026-01-30T23:00:00Z..2026-01-31T23:00:00Z,2026-01-31T23:00:00Z..2026-02-01T23:00:00Z]")]
    [InlineData("started=2026-03-29", "Started Equal [2026-03-28T23:00:00Z..2026-03-29T22:00:00Z]")]
    [InlineData("started>2026-01-31T09:00:00Z", "Started Greater [2026-01-31T09:00:00Z..]")]
    [InlineData("started>'2026-01-31 09:00'", "Started Greater [2026-01-31T08:00:00Z..]")]
    [InlineData("started=none", "Started none")]
    [InlineData("started<9999-12-31", "Started Less [9999-12-30T23:00:00Z..9999-12-31T23:59:59Z]")]
    public void Parse_WellWritten_IsUnderstood(string query, string expected) => Assert.Equal(expected, Describe(TaskFilter.Parse(query, Time)));

    [Theory]
    [MemberData(nameof(Statuses))]
    public void Parse_Status_HasTheNameOfStateHoldOrOutcome(string name, string expected) =>
        Assert.Equal($"Status [{expected}]", Describe(TaskFilter.Parse($"status={name}", Time)));

    [Fact]
    public void Parse_EveryStateHoldAndOutcome_CanBeNamed()
    {
        string[] names = [.. Enum.GetNames<TaskState>(), .. Enum.GetNames<TaskHolds>(), .. Enum.GetNames<TaskOutcome>()];
        foreach (var name in names.Where(name => name != "None"))
        {
            TaskFilter.Parse($"status={name}", Time);
        }
    }

    [Theory]
    [InlineData("grp=ml", 1, "unknown field 'grp'; the fields are id, status, group,")]
    [InlineData("id=1 and", 9, "expected a field, found the end")]
    [InlineData("id=1 and and", 10, "unknown field 'and'")]
    [InlineData("id=1 oder id=2", 6, "expected 'and', 'or', 'order by' or 'limit', found 'oder'")]
    [InlineData("label=two words", 11, "found 'words' (put a text with spaces in single quotes)")]
    [InlineData("=1", 1, "expected a field, found '='")]
    [InlineData("'id'=1", 1, "expected a field, found 'id'")]
    [InlineData("id", 3, "expected one of = != < <= > >= ~ in after 'id', found the end")]
    [InlineData("id 5", 4, "expected one of = != < <= > >= ~ in after 'id', found '5'")]
    [InlineData("id==5", 3, "use = instead of ==")]
    [InlineData("id<>5", 3, "use != instead of <>")]
    [InlineData("label=~x", 6, "use ~ instead of =~")]
    [InlineData("label!~x", 6, "use 'not label~")]
    [InlineData("id=", 4, "expected a value for 'id', found the end")]
    [InlineData("id=)", 4, "expected a value for 'id', found ')'")]
    [InlineData("group=and", 7, "found the keyword 'and'")]
    [InlineData("id=five", 4, "expected an integer, found 'five'")]
    [InlineData("id=1.5", 4, "expected an integer")]
    [InlineData("id=99999999999999999999", 4, "expected an integer")]
    [InlineData("id~5", 3, "'id' can't be compared with ~")]
    [InlineData("status<done", 7, "'status' can't be compared with <")]
    [InlineData("after>5", 6, "'after' can't be compared with >")]
    [InlineData("ended~2026", 6, "'ended' can't be compared with ~")]
    [InlineData("status=broken", 8, "unknown status 'broken'; the values are queued, checkedout, done,")]
    [InlineData("id=none", 4, "'id' is never none")]
    [InlineData("ended<none", 6, "'none' can only be compared with = or !=")]
    [InlineData("label in (none)", 11, "found the keyword 'none'")]
    [InlineData("ended=soon", 7, "'soon' is not a valid time: 'soon' is not a day; use -2h, now, today,")]
    [InlineData("ended=2h", 7, "'2h' is not a valid time")]
    [InlineData("ended=2026-02-30", 7, "2026-02-30 is not a valid date")]
    [InlineData("ended>-2x", 7, "'x' is not a unit")]
    [InlineData("ended>-999999w", 7, "years 1 to 9999")]
    [InlineData("duration>long", 10, "'long' is not a valid duration; use 90 (seconds)")]
    [InlineData("label='open", 7, "the string that starts here is not closed")]
    [InlineData("label='it''s", 7, "the string that starts here is not closed")]
    [InlineData("label=\"x\"", 7, "expected a value for 'label', found '\"'")]
    [InlineData("(id=1", 6, "the '(' at column 1 is not closed; found the end")]
    [InlineData("(id=1 and (id=2)", 17, "the '(' at column 1 is not closed")]
    [InlineData("id=1)", 5, "this ')' has no matching '('")]
    [InlineData("()", 2, "expected a field, found ')'")]
    [InlineData("id in 5", 7, "expected '(' after 'in', found '5'")]
    [InlineData("id in ()", 8, "expected a value for 'id', found ')'")]
    [InlineData("id in (1,)", 10, "expected a value for 'id', found ')'")]
    [InlineData("id in (1 2)", 10, "expected ',' or ')' in the list at column 7, found '2'")]
    [InlineData("id not 5", 8, "expected 'in' after 'not'")]
    [InlineData("not", 4, "expected a field, found the end")]
    [InlineData("order", 6, "expected 'by' after 'order'")]
    [InlineData("order by", 9, "expected a field, found the end")]
    [InlineData("order by size", 10, "unknown field 'size'")]
    [InlineData("order by after", 10, "tasks can't be ordered by 'after'")]
    [InlineData("order by group, id", 15, "tasks can be ordered by one field only")]
    [InlineData("order by group down", 16, "expected 'asc', 'desc' or 'limit', found 'down'")]
    [InlineData("limit", 6, "expected a number from 1 to 2147483647 after 'limit', found the end")]
    [InlineData("limit 0", 7, "expected a number from 1")]
    [InlineData("limit -1", 7, "expected a number from 1")]
    [InlineData("limit 99999999999", 7, "expected a number from 1")]
    [InlineData("limit '5'", 7, "expected a number from 1")]
    [InlineData("limit 5 order by id", 9, "expected the end after the limit, found 'order'")]
    [InlineData("id=1; DROP TABLE task", 4, "expected an integer, found '1;'")]
    [InlineData("id=1 union select 1", 6, "found 'union'")]
    [InlineData("id=1 && id=2", 6, "found '&&'")]
    [InlineData("id=1 -- x", 6, "found '--'")]
    public void Parse_Otherwise_PointsAtTheColumn(string query, int column, string reason)
    {
        var error = Assert.Throws<TaskFilterException>(() => TaskFilter.Parse(query, Time));

        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
        Assert.Equal((column, query), (error.Column, error.Query));
        Assert.EndsWith($"(column {column})", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(", 10_000)]
    [InlineData("not ", 10_000)]
    [InlineData("not (", 10_000)]
    [InlineData("(id=1 and ", 10_000)]
    public void Parse_HostileDepth_IsRefusedWithTheColumn(string piece, int times)
    {
        var error = Assert.Throws<TaskFilterException>(() => TaskFilter.Parse(string.Concat(Enumerable.Repeat(piece, times)), Time));

        Assert.Contains("nested deeper than 20", error.Reason, StringComparison.Ordinal);
        Assert.InRange(error.Column, 20, 20 * piece.Length + 1);
    }

    [Fact]
    public void Parse_HostileLength_IsRefused()
    {
        var error = Assert.Throws<TaskFilterException>(() => TaskFilter.Parse(new string('(', TaskFilter.MaxLength + 1), Time));
        Assert.Equal(TaskFilter.MaxLength + 1, error.Column);

        error = Assert.Throws<TaskFilterException>(() => TaskFilter.Parse($"label={new string('x', 5_000)} )", Time));
        Assert.InRange(error.Message.Length, 1, 200);
    }

    [Fact]
    public void Parse_ManyConditions_AreTakenUpToTheLimit()
    {
        TaskFilter.Parse(string.Join(" or ", Enumerable.Repeat("id=1", TaskFilterParser.MaxTests)), Time);

        var error = Assert.Throws<TaskFilterException>(() => TaskFilter.Parse(string.Join(" or ", Enumerable.Repeat("id=1", TaskFilterParser.MaxTests + 1)), Time));
        Assert.Contains("more than 200 conditions", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_LongList_IsTakenUpToTheLimit()
    {
        TaskFilter.Parse($"id in ({string.Join(',', Enumerable.Range(1, TaskFilterParser.MaxValues))})", Time);

        var error = Assert.Throws<TaskFilterException>(() => TaskFilter.Parse($"id in ({string.Join(',', Enumerable.Range(1, TaskFilterParser.MaxValues + 1))})", Time));
        Assert.Contains("more than 10000 values", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_Text_IsKeptAsGiven()
    {
        var filter = TaskFilter.Parse(" id=1  limit 3", Time);

        Assert.Equal((" id=1  limit 3", 3, false), (filter.Text, filter.Limit, filter.HasOrder));
        Assert.Equal(filter.Text, filter.ToString());
        Assert.True(TaskFilter.Parse("order by id", Time).HasOrder);
    }

    private static string Describe(TaskFilter filter)
    {
        var text = new StringBuilder(Describe(filter.Condition));
        if (filter.Order is { } order)
        {
            text.Append(CultureInfo.InvariantCulture, $" by {order} {(filter.Descending ? "down" : "up")}");
        }

        return text.Append(filter.Limit is { } limit ? $" limit {limit}" : "").ToString();
    }

    private static string Describe(TaskFilterNode node) => node switch
    {
        TaskFilterNode.All all => $"all({string.Join("; ", all.Parts.Select(Describe))})",
        TaskFilterNode.Any any => $"any({string.Join("; ", any.Parts.Select(Describe))})",
        TaskFilterNode.Test test => (test.Negated ? "not " : "") + test.Field + (test.IsNone
            ? " none"
            : $"{(test.Field == TaskFilterField.Status ? "" : $" {test.Operator}")} [{string.Join(',', Values(test))}]"),
        _ => throw new ArgumentOutOfRangeException(nameof(node)),
    };

    private static IEnumerable<string> Values(TaskFilterNode.Test test) =>
    [
        .. test.Numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)),
        .. test.Texts,
        .. test.Times.Select(time => $"{Describe(time.From)}..{(time.Until == time.From + 1 ? "" : Describe(time.Until))}"),
        .. test.States.Select(state => state.ToString()),
        .. test.Outcomes.Select(outcome => $"outcome {outcome}"),
        .. test.Holds == TaskHolds.None ? Array.Empty<string>() : [$"holds {test.Holds}"],
        .. test.Ready ? ["ready"] : Array.Empty<string>(),
    ];

    private static string Describe(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
