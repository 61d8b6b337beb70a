using System.Globalization;
using System.Text;
using DurableQueue;

namespace WebApp;

internal static class MetricsEndpoints
{
    /// <summary>How many tasks there are, by group and state, in the text format of Prometheus.</summary>
    public static void MapMetrics(this IEndpointRouteBuilder app) =>
        app.MapGet("/metrics", async (ITaskQueue queue, CancellationToken cancellationToken) =>
        {
            var counts = await queue.Inspector.CountAsync(cancellationToken);
            var text = new StringBuilder("# HELP durablequeue_tasks Tasks by group and state.\n# TYPE durablequeue_tasks gauge\n");
            foreach (var (group, states) in counts.Groups.OrderBy(group => group.Key, StringComparer.Ordinal))
            {
                foreach (var state in Enum.GetValues<TaskState>())
                {
                    text.Append(CultureInfo.InvariantCulture, $"durablequeue_tasks{{group=\"{group}\",state=\"{state}\"}} {states[state]}\n");
                }
            }

            return Results.Text(text.ToString(), "text/plain; version=0.0.4");
        });
}
