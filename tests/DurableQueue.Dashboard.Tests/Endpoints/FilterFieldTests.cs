using DurableQueue.Dashboard.Endpoints;
using Xunit;

namespace DurableQueue.Dashboard.Tests.Endpoints;

public sealed class FilterFieldTests
{
    /// <summary>What whoever sees the queue may search by. A field that is added belongs here only if it shows nothing of a payload.</summary>
    private static readonly TaskFilterField[] Open =
    [
        TaskFilterField.Id, TaskFilterField.Status, TaskFilterField.Group, TaskFilterField.Label, TaskFilterField.Type, TaskFilterField.Priority, TaskFilterField.Attempt,
        TaskFilterField.After, TaskFilterField.Enqueued, TaskFilterField.Started, TaskFilterField.Ended, TaskFilterField.Duration,
    ];

    [Fact]
    public void Fields_ThatNobodyHasDecidedOn_AreClosed()
    {
        foreach (var field in Enum.GetValues<TaskFilterField>().Append((TaskFilterField)999))
        {
            var test = new TaskFilterNode.Test(field, TaskFilterOperator.Equal);
            var everything = new TaskFilterNode.All([]);

            Assert.Equal(!Open.Contains(field), FilterFields.ReadPayloads(new TaskFilter("", test)));
            Assert.Equal(!Open.Contains(field), FilterFields.ReadPayloads(new TaskFilter("", new TaskFilterNode.Any([everything, new TaskFilterNode.All([test])]))));
            Assert.Equal(!Open.Contains(field), FilterFields.ReadPayloads(new TaskFilter("", everything) { Order = field }));
        }

        Assert.True(FilterFields.ReadPayloads(new TaskFilter("", new Unknown())));
    }

    private sealed record Unknown : TaskFilterNode;
}
