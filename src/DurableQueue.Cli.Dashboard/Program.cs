using System.Text.Json;
using DurableQueue.Cli.Dashboard;
using DurableQueue.Cli.Dashboards.Messages;

// Standard output carries what dq is told, and nothing else.
var notices = new NoticeWriter(Console.OpenStandardOutput());
Console.SetOut(Console.Error);
SqliteOfDq.Use();
using var input = new StreamReader(Console.OpenStandardInput());
try
{
    var line = await input.ReadLineAsync() ?? throw new JsonException();
    var start = JsonSerializer.Deserialize(line, MessageJson.Default.DashboardStart) ?? throw new JsonException();
    return await DashboardServer.RunAsync(start, notices, input);
}
catch (JsonException)
{
    await Console.Error.WriteLineAsync("This program is a part of dq: 'dq dashboard' starts it.");
    return 1;
}
