using System.Globalization;
using Xunit;

namespace DurableQueue.Tests.Processes;

/// <summary>What the workers of all processes said, put in order by their shared clock.</summary>
internal sealed class RunRecord
{
    private readonly ILookup<TaskId, Attempt> attempts;

    private RunRecord(List<Attempt> attempts, List<TaskId> done, List<string> errors)
    {
        this.attempts = attempts.ToLookup(attempt => attempt.Id);
        Attempts = attempts;
        Done = done;
        Errors = errors;
    }

    public IReadOnlyList<Attempt> Attempts { get; }

    /// <summary>Tasks whose complete was acknowledged.</summary>
    public IReadOnlyList<TaskId> Done { get; }

    public IReadOnlyList<string> Errors { get; }

    public static RunRecord Read(IEnumerable<ChildProcess> processes)
    {
        var attempts = new List<Attempt>();
        var done = new List<TaskId>();
        var errors = new List<string>();
        foreach (var process in processes)
        {
            var running = new Dictionary<TaskId, Attempt>();
            foreach (var line in process.Lines)
            {
                var words = line.Split(' ');
                switch (words[0])
                {
                    case "start":
                        var attempt = new Attempt(Id(words[1]), words[3], Number(words[2]));
                        running[attempt.Id] = attempt;
                        attempts.Add(attempt);
                        break;
                    case "end":
                        var ending = running[Id(words[1])];
                        ending.End = Number(words[2]);
                        ending.How = words[3];
                        break;
                    case "done":
                        done.Add(Id(words[1]));
                        running[Id(words[1])].Acknowledged = true;
                        break;
                    case "error":
                        errors.Add(line);
                        break;
                }
            }

            if (process.Errors.Length > 0)
            {
                errors.Add(process.Errors);
            }
        }

        return new RunRecord(attempts, done, errors);
    }

    public static TaskId Id(string text) => new(Number(text));

    public IEnumerable<Attempt> Of(TaskId id) => attempts[id];

    /// <summary>The most tasks of a group that ran at one moment.</summary>
    public int MostAtOnce(string group)
    {
        // At equal stamps the end comes first: its task had ended when the other was checked out.
        var moments = Attempts.Where(attempt => attempt.Group == group)
            .SelectMany(attempt => new[] { (At: attempt.Start, Change: 1), (At: attempt.End ?? attempt.Start, Change: -1) })
            .OrderBy(moment => moment.At).ThenBy(moment => moment.Change);
        var (now, most) = (0, 0);
        foreach (var (_, change) in moments)
        {
            now += change;
            most = Math.Max(most, now);
        }

        return most;
    }

    /// <summary>Fails the test if a task was started before the one it waits for had been ended.</summary>
    public void CheckOrder(TaskId child, TaskId parent, string context)
    {
        var ended = Of(parent).Where(attempt => attempt.How == "complete").Select(attempt => attempt.End).Min();
        foreach (var attempt in Of(child))
        {
            Assert.True(ended < attempt.Start, $"task {child} started at {attempt.Start}, {parent} that it waits for ended at {ended} ({context})");
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>One attempt; without an end if its process was killed.</summary>
    internal sealed class Attempt(TaskId id, string group, long start)
    {
        public TaskId Id { get; } = id;

        public string Group { get; } = group;

        public long Start { get; } = start;

        public long? End { get; set; }

        public string? How { get; set; }

        public bool Acknowledged { get; set; }
    }
}
