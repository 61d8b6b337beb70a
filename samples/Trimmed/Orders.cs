using System.Text.Json.Serialization;
using DurableQueue;

namespace Trimmed;

internal sealed record Order(string Item, int Count);

internal sealed record Receipt(string Text, TaskId Task);

/// <summary>Knows every payload and result.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(Receipt))]
[JsonSerializable(typeof(TaskInfo))]
internal sealed partial class ShopJson : JsonSerializerContext;

/// <summary>A class with a result names it at its registration: nothing is looked for by reflection.</summary>
internal sealed class OrderHandler(TimeProvider time) : ITaskHandler<Order, Receipt>
{
    public async Task<Receipt> HandleAsync(Order payload, TaskContext context, CancellationToken cancellationToken)
    {
        await context.ReportProgressAsync(0.5, "packing", cancellationToken);
        await context.ReportCostAsync(0.25m, cancellationToken: cancellationToken);
        return new Receipt($"{payload.Count} × {payload.Item}, {time.GetUtcNow():yyyy}", context.Id);
    }
}
