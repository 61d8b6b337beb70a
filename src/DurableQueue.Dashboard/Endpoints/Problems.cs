using System.Text.Json;
using DurableQueue.Dashboard.Inputs;
using DurableQueue.Dashboard.Views;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace DurableQueue.Dashboard.Endpoints;

/// <summary>Errors as the page shows them.</summary>
internal static class Problems
{
    public static ProblemView Create(int status, string detail) =>
        new() { Title = ReasonPhrases.GetReasonPhrase(status), Status = status, Detail = detail };

    /// <returns><see langword="null"/> if it is nobody's mistake: a defect.</returns>
    public static ProblemView? Of(Exception error) => error switch
    {
        ApiProblemException problem => Create(problem.Status, problem.Message) with { Field = problem.Field, State = problem.State },
        InputException input => Create(StatusCodes.Status400BadRequest, input.Message) with { Field = input.Field },
        TaskFilterException filter => Create(StatusCodes.Status400BadRequest, filter.Reason) with { Field = "q", Column = filter.Column },
        TaskNotFoundException or GroupNotFoundException or ScheduleNotFoundException or ApprovalNotFoundException =>
            Create(StatusCodes.Status404NotFound, error.Message),
        TaskStateException state => Create(StatusCodes.Status409Conflict, state.Message) with { State = Text.Name(state.State) },
        ApprovalStateException state => Create(StatusCodes.Status409Conflict, state.Message) with { State = Text.Name(state.Status) },
        GroupStateException => Create(StatusCodes.Status409Conflict, error.Message),
        ApproverNotAllowedException => Create(StatusCodes.Status403Forbidden, error.Message),
        ArgumentException argument => Create(StatusCodes.Status400BadRequest, MessageOf(argument)) with { Field = FieldOf(argument.ParamName) },
        QueueStorageException storage => Create(StatusCodes.Status503ServiceUnavailable, Sentence(storage)),
        ObjectDisposedException => Create(StatusCodes.Status503ServiceUnavailable, "The queue is closed: the application is stopping."),
        _ => null,
    };

    public static async Task WriteAsync(HttpContext http, ProblemView problem)
    {
        http.Response.StatusCode = problem.Status;
        http.Response.ContentType = "application/problem+json";
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(problem, ViewJson.Default.ProblemView), http.RequestAborted).ConfigureAwait(false);
        }
    }

    /// <summary>Without what .NET adds for programmers.</summary>
    private static string MessageOf(ArgumentException error)
    {
        var end = error.ParamName is null ? -1 : error.Message.IndexOf($" (Parameter '{error.ParamName}')", StringComparison.Ordinal);
        return end < 0 ? error.Message : error.Message[..end];
    }

    /// <summary>The input that a setting of the queue comes from.</summary>
    private static string? FieldOf(string? parameter) => parameter is null ? null : JsonNamingPolicy.CamelCase.ConvertName(parameter.Split('.', ' ')[0]) switch
    {
        "timeout" => "timeoutMs",
        "delay" => "delayMs",
        "jitter" => "jitterMs",
        "window" => "windowMs",
        "expression" => "cron",
        "estimatedCost" => "estimate",
        var field => field,
    };

    private static string Sentence(QueueStorageException error) => error.Error switch
    {
        QueueStorageError.Busy => "The queue is locked by another program. Reading still works; try again.",
        QueueStorageError.Full => "The disk of the queue is full. Reading still works; nothing can be changed until there is room.",
        QueueStorageError.ReadOnly => "The queue file is read-only.",
        QueueStorageError.Corrupt => "The queue file is damaged. Restore it from a backup.",
        QueueStorageError.NewerSchema => "The queue file was written by a newer version. Update this application.",
        QueueStorageError.Lost => "The queue file was moved or deleted while it was open. Restart the application.",
        _ => $"The storage of the queue failed ({Text.Name(error.Error)}).",
    };
}
