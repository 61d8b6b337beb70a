using System.Text.Json;

namespace DurableQueue;

/// <summary>An inspector that knows the JSON options of the host's handlers.</summary>
internal interface IJsonInspector
{
    JsonSerializerOptions Json { get; }
}
