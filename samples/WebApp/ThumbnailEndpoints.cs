using System.Text.Json;
using DurableQueue;

namespace WebApp;

internal static class ThumbnailEndpoints
{
    private const int MaxWidth = 2_000;
    private const int MaxText = 100;

    public static void MapThumbnails(this IEndpointRouteBuilder app)
    {
        // The picture is not made here: the answer says where to ask for it.
        app.MapPost("/thumbnails", async (MakeThumbnail request, ITaskQueue queue, CancellationToken cancellationToken) =>
        {
            if (request is not { Text.Length: > 0 and <= MaxText, Width: > 0 and <= MaxWidth })
            {
                return Results.Problem($"text: 1 to {MaxText} characters; width: 1 to {MaxWidth}.", statusCode: StatusCodes.Status400BadRequest);
            }

            var id = await queue.EnqueueAsync(request, cancellationToken: cancellationToken);
            return Results.Accepted($"/tasks/{id}", new { Id = id.Value });
        });

        app.MapGet("/thumbnails/{id:long}", async (long id, ITaskQueue queue, CancellationToken cancellationToken) =>
        {
            try
            {
                return await queue.Inspector.GetResultAsync(new TaskId(id), cancellationToken) is { } picture
                    ? Results.Text(JsonSerializer.Deserialize<string>(picture.Span), "image/svg+xml")
                    : Results.NotFound();
            }
            catch (TaskNotFoundException)
            {
                return Results.NotFound();
            }
        });
    }
}
