using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableQueue.Cli.Dashboards.Messages;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(DashboardStart))]
[JsonSerializable(typeof(DashboardNotice))]
internal sealed partial class MessageJson : JsonSerializerContext;
