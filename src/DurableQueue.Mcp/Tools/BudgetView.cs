using System.ComponentModel;
using DurableQueue.Mcp.Views;

namespace DurableQueue.Mcp.Tools;

/// <summary>A budget with its use.</summary>
internal sealed record BudgetView
{
    [Description("What it is for, such as 'group ml'.")]
    public required string Budget { get; init; }

    [Description("Starts within the window.")]
    public Meter? Starts { get; init; }

    public Meter? Costs { get; init; }

    [Description("Tasks that wait for it.")]
    public required long Parked { get; init; }

    public required bool UsedUp { get; init; }

    [Description("When a task can start again, if it is used up.")]
    public string? RetryAt { get; init; }

    public static BudgetView Of(BudgetStatus status) => new()
    {
        Budget = status.Target.ToString(),
        Starts = Meter.Of(status.Rate),
        Costs = Meter.Of(status.Cost),
        Parked = status.Parked,
        UsedUp = status.IsUsedUp,
        RetryAt = Times.Text(status.RetryAt),
    };

    /// <summary>How much of a cap is used.</summary>
    internal sealed record Meter
    {
        public required decimal Cap { get; init; }

        public string? Unit { get; init; }

        public required decimal Used { get; init; }

        [Description("Estimated for tasks that run.")]
        public required decimal Reserved { get; init; }

        public string? ResetsAt { get; init; }

        public static Meter? Of(BudgetMeter? meter) => meter is null
            ? null
            : new() { Cap = meter.Cap, Unit = meter.Unit, Used = meter.Used, Reserved = meter.Reserved, ResetsAt = Times.Text(meter.ResetsAt) };
    }
}
