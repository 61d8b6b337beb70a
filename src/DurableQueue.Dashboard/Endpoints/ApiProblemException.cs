using Microsoft.AspNetCore.Http;

namespace DurableQueue.Dashboard.Endpoints;

/// <summary>A request that is answered with an error.</summary>
internal sealed class ApiProblemException(int status, string detail) : Exception(detail)
{
    public int Status { get; } = status;

    public string? Field { get; init; }

    public string? State { get; init; }

    public static ApiProblemException BadInput(string field, string detail) => new(StatusCodes.Status400BadRequest, detail) { Field = field };
}
