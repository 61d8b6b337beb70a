using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DurableQueue.Dashboard.Access;
using DurableQueue.Dashboard.Queues;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DurableQueue.Dashboard.Endpoints;

/// <summary>One call of the API: what it asks for, who asks, and how it is answered.</summary>
internal sealed class ApiCall(HttpContext http, DashboardOptions options, DashboardQueue source, Viewer viewer)
{
    private const int LongestBody = 1024 * 1024;

    public HttpContext Http => http;

    public DashboardOptions Options => options;

    public DashboardQueue Source => source;

    public ITaskQueue Queue => source.Queue;

    /// <summary>Changes tasks under the viewer's name, so that it is recorded who asked. Without a name it is not.</summary>
    public ITaskControl Control => viewer.Name is { } name ? source.Queue.Control.As(name) : source.Queue.Control;

    /// <summary>Changes groups under the viewer's name.</summary>
    public ITaskGroups Groups => viewer.Name is { } name ? source.Queue.Groups.As(name) : source.Queue.Groups;

    public Viewer Viewer => viewer;

    /// <summary>What the call was about, for the log of the application. <see langword="null"/>: nothing was changed.</summary>
    public string? Changed { get; private set; }

    public CancellationToken Aborted => http.RequestAborted;

    /// <summary>The task that the address names.</summary>
    public TaskId TaskId => TaskId.TryParse(Route("id"), CultureInfo.InvariantCulture, out var id)
        ? id
        : throw ApiProblemException.BadInput("id", $"'{Route("id")}' is not a task id.");

    /// <summary>A part of the address. Slashes of a name come escaped.</summary>
    public string Route(string part) =>
        ((string?)http.GetRouteValue(part) ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <returns><see langword="null"/> if it is missing or empty.</returns>
    public string? Query(string name) => (string?)http.Request.Query[name] is { Length: > 0 } value ? value : null;

    /// <exception cref="ApiProblemException">It is not a number between them.</exception>
    public int Number(string name, int otherwise, int min, int max)
    {
        if (Query(name) is not { } text)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw ApiProblemException.BadInput(name, $"{name} is '{text}', but must be a number from {min} to {max}.");
    }

    /// <summary>Something was changed: streams are told, shared answers are old, and the log of the application gets it.</summary>
    public void MarkChanged(string target)
    {
        Changed = target;
        source.Changes.MarkChanged();
    }

    public void MarkChanged(TaskId task)
    {
        MarkChanged(task.ToString());
        options.Host?.Changed([task]);
    }

    public void MarkGroupChanged(string group)
    {
        MarkChanged(group);
        options.Host?.GroupChanged(group);
    }

    public ValueTask<bool> MayAsync(DashboardPermission permission) => viewer.MayAsync(source.Name, permission);

    public async ValueTask RequireAsync(DashboardPermission permission)
    {
        if (!await MayAsync(permission).ConfigureAwait(false))
        {
            throw Refused(viewer, permission, source.Name);
        }
    }

    public static ApiProblemException Refused(Viewer viewer, DashboardPermission permission, string queue) =>
        permission == DashboardPermission.Approve && viewer.Name is null
            ? new ApiProblemException(viewer.IsKnown ? StatusCodes.Status403Forbidden : StatusCodes.Status401Unauthorized, "An approval is stored with a name, and you have none: sign in.")
            : new ApiProblemException(
                viewer.IsKnown ? StatusCodes.Status403Forbidden : StatusCodes.Status401Unauthorized,
                $"You may not do this in the queue '{queue}': it needs the permission {permission}.");

    /// <summary>Reads the body.</summary>
    /// <exception cref="ApiProblemException">It is too large, or not such JSON.</exception>
    public async ValueTask<T> ReadAsync<T>(JsonTypeInfo<T> type)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int count; (count = await http.Request.Body.ReadAsync(buffer, Aborted).ConfigureAwait(false)) > 0;)
        {
            if (body.Length + count > LongestBody)
            {
                throw new ApiProblemException(StatusCodes.Status413PayloadTooLarge, $"The body is longer than {LongestBody} bytes.");
            }

            body.Write(buffer, 0, count);
        }

        try
        {
            return JsonSerializer.Deserialize(body.GetBuffer().AsSpan(0, (int)body.Length), type)
                ?? throw new ApiProblemException(StatusCodes.Status400BadRequest, "The body is null, but must be a JSON object.");
        }
        catch (JsonException e)
        {
            throw BodyProblem.Of(e);
        }
    }

    public Task AnswerAsync<T>(T value, JsonTypeInfo<T> type) => AnswerAsync(JsonSerializer.SerializeToUtf8Bytes(value, type));

    /// <summary>Answers with what other viewers get who ask the same and may see the same.</summary>
    /// <param name="read">
    /// Reads the answer. It gets whether <see cref="DashboardPermission.ViewPayloads"/> is allowed, and may depend on that and on the address, but on
    /// nothing else of this call, which may have ended by then.
    /// </param>
    /// <param name="type">How it is written.</param>
    public async Task AnswerSharedAsync<T>(Func<bool, CancellationToken, Task<T>> read, JsonTypeInfo<T> type)
    {
        var mayViewPayloads = await MayAsync(DashboardPermission.ViewPayloads).ConfigureAwait(false);
        var question = $"{(mayViewPayloads ? '+' : '-')}{http.GetRouteValue("queue")} {http.GetEndpoint()!.DisplayName} {http.Request.QueryString}";
        await AnswerAsync(await source.Answers.GetAsync(
            question, async token => JsonSerializer.SerializeToUtf8Bytes(await read(mayViewPayloads, token).ConfigureAwait(false), type), Aborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task AnswerAsync(byte[] json)
    {
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = json.Length;
        await http.Response.Body.WriteAsync(json, Aborted).ConfigureAwait(false);
    }
}
