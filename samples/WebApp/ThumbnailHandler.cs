using System.Net;
using DurableQueue;

namespace WebApp;

/// <summary>Draws a picture, which is kept as the task's result.</summary>
internal sealed class ThumbnailHandler : ITaskHandler<MakeThumbnail, string>
{
    public async Task<string> HandleAsync(MakeThumbnail payload, TaskContext context, CancellationToken cancellationToken)
    {
        await context.ReportProgressAsync(0.5, "drawing", cancellationToken);
        var height = payload.Width / 2;
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{payload.Width}" height="{height}">
              <rect width="100%" height="100%" fill="#eee"/>
              <text x="50%" y="50%" text-anchor="middle">{WebUtility.HtmlEncode(payload.Text)}</text>
            </svg>
            """;
    }
}
