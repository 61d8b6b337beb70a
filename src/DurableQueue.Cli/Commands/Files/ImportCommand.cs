using System.CommandLine;
using System.Text;
using System.Text.Json;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands.Files;

internal static class ImportCommand
{
    /// <summary>The limit of one enqueue; more tasks are added in parts.</summary>
    private const int MostAtOnce = 10_000;

    /// <summary>A line contains a payload, which may be nested as deep as JSON readers allow by default.</summary>
    private const int MostDepth = 128;

    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "A file that 'dq export' wrote; - is standard input." };
        var finished = Values.Flag("--finished", "Also add tasks that had ended, to run again. Default: they are left out.");
        return new Command("import", "Add the tasks of an export. They get new ids and keep their dependencies.")
            .With(file, finished)
            .WithAction(async invocation =>
            {
                var lines = Read(invocation.Get(file)!, invocation.Get(finished));
                var ids = await NewGroups.NoteAsync(invocation, lines.Select(line => line.Task.Group).ToHashSet(), () => AddAsync(invocation, lines));
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

    /// <summary>Reads and checks everything before anything is added.</summary>
    private static List<Line> Read(string path, bool finished)
    {
        using var reader = path == "-" ? new StreamReader(Console.OpenStandardInput(), Encoding.UTF8) : File.OpenText(path);
        var lines = new Dictionary<long, Line>();
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
                using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MostDepth });
                var line = document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement : throw new FormatException("it is not an object");
                if (!finished && TaskRecord.IsFinished(line))
                {
                    continue;
                }

                var id = TaskRecord.ReadId(line);
                if (!lines.TryAdd(id, new Line(number, id, TaskRecord.ReadTask(line), [.. TaskRecord.ReadOpenDependencies(line)])))
                {
                    throw new FormatException($"task {id} is already on line {lines[id].Number}");
                }
            }
            catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or OverflowException)
            {
                throw CliException.BadInput($"{path}, line {number}: this is not an exported task: {e.Message}");
            }
        }

        return Order(path, lines);
    }

    /// <summary>In the order of the file, except that a task comes after those it depends on: they may be added in an earlier part.</summary>
    private static List<Line> Order(string path, Dictionary<long, Line> lines)
    {
        var ordered = new List<Line>(lines.Count);
        var placed = new HashSet<long>();
        var open = new Stack<(Line Line, int Next)>();
        foreach (var first in lines.Values)
        {
            open.Push((first, 0));
            while (open.TryPop(out var top))
            {
                if (placed.Contains(top.Line.Id))
                {
                    continue;
                }

                if (top.Next == top.Line.After.Count)
                {
                    placed.Add(top.Line.Id);
                    ordered.Add(top.Line);
                    continue;
                }

                var needed = top.Line.After[top.Next].Id;
                open.Push((top.Line, top.Next + 1));
                if (!lines.TryGetValue(needed, out var parent))
                {
                    throw CliException.BadInput($"{path}, line {top.Line.Number}: it depends on task {needed}, which is not imported.");
                }

                if (!placed.Contains(needed))
                {
                    if (open.Count > lines.Count)
                    {
                        throw CliException.BadInput($"{path}, line {top.Line.Number}: task {top.Line.Id} depends on itself through task {needed}.");
                    }

                    open.Push((parent, 0));
                }
            }
        }

        return ordered;
    }

    private static async Task<Dictionary<long, TaskId>> AddAsync(DqInvocation invocation, List<Line> lines)
    {
        var queue = await invocation.OpenAsync();
        var added = new Dictionary<long, TaskId>();
        foreach (var part in lines.Chunk(MostAtOnce))
        {
            var places = part.Select((line, index) => (line.Id, Index: index)).ToDictionary(place => place.Id, place => place.Index);
            var tasks = part.Select(line => line.Task with { After = [.. line.After.Select(dependency => Find(dependency, places, added))] }).ToList();
            var ids = await queue.EnqueueAsync(tasks, invocation.Token);
            foreach (var (line, id) in part.Zip(ids))
            {
                added.Add(line.Id, id);
            }
        }

        return added;
    }

    private static TaskDependency Find((long Id, DependencyCondition When) dependency, Dictionary<long, int> places, Dictionary<long, TaskId> added) =>
        places.TryGetValue(dependency.Id, out var place) ? TaskDependency.OnItem(place, dependency.When) : new TaskDependency(added[dependency.Id], dependency.When);

    private sealed record Line(int Number, long Id, NewTask Task, IReadOnlyList<(long Id, DependencyCondition When)> After);
}
