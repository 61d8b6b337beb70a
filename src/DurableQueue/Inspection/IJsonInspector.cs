using System.Text.Json;

namespace DurableQueue;

/// <summary>An inspector that knows how the host's handlers write their results.</summary>
internal interface IJsonInspector
{
    JsonSerializerOptions Json { get; }
}
