using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands;

internal static class ImportCommand
{
    /// <summary>One enqueue takes so many; what is more goes in parts.</summary>
    private const int MostAtOnce = 10_000;

    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "What 'dq export' wrote; - is standard input." };
        var finished = Values.Flag("--finished", "Add tasks that had ended again, too. Default: they are left out.");
        return new Command("import", "Add the tasks of an export; they get new ids, and wait for each other as they did.")
            .With(file, finished)
            .Does(async invocation =>
            {
                var lines = Read(invocation.Get(file)!, invocation.Get(finished));
                var ids = await AddAsync(invocation, lines);
                invocation.Output.Say($"{ids.Count} tasks were added.");
                if (invocation.Json)
                {
                    invocation.Output.WriteJson(json =>
                    {
                        json.WriteStartObject("ids");
                        foreach (var (old, added) in ids)
                        {
                            json.WriteNumber($"{old}", added.Value);
                        }

                        json.WriteEndObject();
                    });
                }

                return ExitCode.Done;
            });
    }

    /// <summary>Everything is read and checked before anything is added.</summary>
    private static List<(int Number, long Id, NewTask Task, List<(long Id, DependencyCondition When)> After)> Read(string path, bool finished)
    {
        using var reader = path == "-" ? new StreamReader(Console.OpenStandardInput(), Encoding.UTF8) : File.OpenText(path);
        var lines = new List<(int, long, NewTask, List<(long, DependencyCondition)>)>();
        var number = 0;
        while (reader.ReadLine() is { } text)
        {
            number++;
            if (string.IsNullOrWhiteSpace(text))
            {
                continue;
            }

            try
            {
                var line = JsonNode.Parse(text) as JsonObject ?? throw new FormatException("it is no object");
                if (finished || !TaskRecord.IsFinished(line))
                {
                    lines.Add((number, (long?)line["id"] ?? throw new FormatException("it has no id"), TaskRecord.ReadTask(line), [.. TaskRecord.ReadOpenDependencies(line)]));
                }
            }
            catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
            {
                throw CliException.BadInput($"{path}, line {number}: this is no task of an export: {e.Message}");
            }
        }

        return lines;
    }

    private static async Task<Dictionary<long, TaskId>> AddAsync(
        Invocation invocation, List<(int Number, long Id, NewTask Task, List<(long Id, DependencyCondition When)> After)> lines)
    {
        var queue = await invocation.OpenAsync();
        var added = new Dictionary<long, TaskId>();
        foreach (var part in lines.Chunk(MostAtOnce))
        {
            var places = part.Select((line, index) => (line.Id, Index: index)).ToDictionary(place => place.Id, place => place.Index);
            var tasks = part.Select(line => line.Task with { After = [.. line.After.Select(dependency => Find(line.Number, dependency, places, added))] }).ToList();
            var ids = await queue.EnqueueAsync(tasks, invocation.Token);
            foreach (var (line, id) in part.Zip(ids))
            {
                added.Add(line.Id, id);
            }
        }

        return added;
    }

    private static TaskDependency Find(
        int number, (long Id, DependencyCondition When) dependency, Dictionary<long, int> places, Dictionary<long, TaskId> added) =>
        places.TryGetValue(dependency.Id, out var place) ? TaskDependency.OnItem(place, dependency.When)
        : added.TryGetValue(dependency.Id, out var id) ? new TaskDependency(id, dependency.When)
        : throw CliException.BadInput($"line {number}: it waits for task {dependency.Id}, which is not imported.");
}
