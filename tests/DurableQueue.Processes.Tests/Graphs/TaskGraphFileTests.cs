using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace DurableQueue.Processes.Tests.Graphs;

/// <summary>Graph files: what they become, and that every mistake is told with its place.</summary>
public sealed class TaskGraphFileTests
{
    private static readonly TaskGraphFileOptions Here = new() { WorkingDirectory = "/srv", Environment = new Dictionary<string, string> { ["PATH"] = "/bin", ["A"] = "old" } };

    private const string Yaml =
        """
        # A comment.
        tasks:
          fetch:
            cmd: "curl -O 'https://example.org/a: b'"   # a shell line
            env: {A: new, PORT: 8080, EMPTY: "", FLAG: yes}
            working_dir: data/in
            retries: 2
          parse:
            cmd: [python3, parse.py, 1, true]
            after: fetch
            group: ml
            priority: -5
            label: 2026-05
            timeout: 1h30m
          alarm:
            type: mail.send
            payload: {to: "ada@example.org", tries: [1, 2.5, null, true], text: "1"}
            after:
              - fetch
              - parse: failed
          last:
            cmd: "true"
            after: {alarm: finished, parse: Succeeded}
            timeout: 90
        """;

    private const string Json =
        """
        {"$schema": "dag-file.schema.json", "tasks": [
          {"name": "fetch", "cmd": "curl -O 'https://example.org/a: b'", "env": {"A": "new", "PORT": 8080, "EMPTY": "", "FLAG": "yes"}, "working_dir": "data/in", "retries": 2},
          {"name": "parse", "cmd": ["python3", "parse.py", 1, true], "after": "fetch", "group": "ml", "priority": -5, "label": "2026-05", "timeout": "1h30m"},
          {"name": "alarm", "type": "mail.send", "payload": {"to": "ada@example.org", "tries": [1, 2.5, null, true], "text": "1"}, "after": ["fetch", {"parse": "failed"}]},
          {"name": "last", "cmd": "true", "after": {"alarm": "finished", "parse": "succeeded"}, "timeout": 90}]}
        """;

    [Theory]
    [InlineData(Yaml, "x.yaml")]
    [InlineData(Yaml, "-")]
    [InlineData(Json, "x.json")]
    [InlineData(Json, "-")]
    [InlineData(Json, "x.yml")]
    public void Parse_EveryKey_IsUnderstoodInBothFormats(string text, string name)
    {
        var graph = TaskGraphFile.Parse(text, name, Here);

        Assert.Equal(["fetch", "parse", "alarm", "last"], graph.Nodes.Select(node => node.Name));
        var (fetch, parse, alarm, last) = (graph.Nodes[0], graph.Nodes[1], graph.Nodes[2], graph.Nodes[3]);
        var command = CommandTask.FromPayload(fetch.Task.Payload);
        Assert.Equal(("command", "curl -O 'https://example.org/a: b'", "/srv/data/in"), (fetch.Task.Type, command.CommandLine, command.WorkingDirectory));
        Assert.Equal(
            new Dictionary<string, string> { ["PATH"] = "/bin", ["A"] = "new", ["PORT"] = "8080", ["EMPTY"] = "", ["FLAG"] = "yes" },
            command.Environment!.ToDictionary());
        Assert.Equal((3, "default", false), (fetch.Task.MaxAttempts, fetch.Task.Group, fetch.KeepsGroup));

        command = CommandTask.FromPayload(parse.Task.Payload);
        Assert.Equal(["python3", "parse.py", "1", "true"], command.Arguments);
        Assert.Null(command.CommandLine);
        Assert.Equal("/srv", command.WorkingDirectory);
        Assert.Equal(Here.Environment, command.Environment!.ToDictionary());
        Assert.Equal(("ml", true, -5, "2026-05", 1), (parse.Task.Group, parse.KeepsGroup, parse.Task.Priority, parse.Task.Label, parse.Task.MaxAttempts));
        Assert.Equal(TimeSpan.FromMinutes(90), parse.Task.Timeout);
        Assert.Equal([new TaskGraphDependency("fetch")], parse.After);

        Assert.Equal("mail.send", alarm.Task.Type);
        using var payload = JsonDocument.Parse(alarm.Task.Payload);
        Assert.Equal("""{"to":"ada@example.org","tries":[1,2.5,null,true],"text":"1"}""", payload.RootElement.GetRawText());
        Assert.Equal([new TaskGraphDependency("fetch"), new("parse", DependencyCondition.Failed)], alarm.After);

        Assert.Equal("true", CommandTask.FromPayload(last.Task.Payload).CommandLine);
        Assert.Equal([new TaskGraphDependency("alarm", DependencyCondition.Finished), new("parse")], last.After);
        Assert.Equal(TimeSpan.FromSeconds(90), last.Task.Timeout);
    }

    [Theory]
    [InlineData("tasks: {a: {cmd: true}}", "true")]
    [InlineData("tasks: {a: {cmd: 42}}", "42")]
    [InlineData("- {name: a, cmd: ls}", "ls")]
    [InlineData("tasks:\n  a:\n    cmd: |\n      one\n      two\n", "one\ntwo\n")]
    [InlineData("[{\"name\": \"a\", \"cmd\": \"tab\\there\"}]", "tab\there")]
    [InlineData("\ufeff{\"tasks\":{\"a\":{\"cmd\":\"\\u00e9\\ud83d\\ude00\"}}}", "é😀")]
    [InlineData("{tasks: {a: {cmd: x}}}", null)]
    public void Parse_WaysToWriteIt_AreRead(string text, string? expected)
    {
        if (expected is null)
        {
            // Flow YAML begins as JSON does: it is read when the format is told, or by the file's name.
            Assert.Equal("a", TaskGraphFile.Parse(text, "-", new TaskGraphFileOptions { Format = TaskGraphFileFormat.Yaml }).Nodes[0].Name);
            Assert.Throws<TaskGraphFileException>(() => TaskGraphFile.Parse(text));
            return;
        }

        Assert.Equal(expected, CommandTask.FromPayload(Assert.Single(TaskGraphFile.Parse(text).Nodes).Task.Payload).CommandLine);
    }

    /// <summary>In YAML 1.2 they are text, and end neither a line nor a comment.</summary>
    [Theory]
    [InlineData("\u0085")]
    [InlineData("\u2028")]
    [InlineData("\u2029")]
    [InlineData("\u2028\u2029\u0085\ue000\ue001")]
    public void Parse_OldLineEndsInYaml_AreText(string text)
    {
        // A name may hold no control character, and NEL is one.
        var name = $"a{text.Replace("\u0085", "", StringComparison.Ordinal)}b";
        var graph = TaskGraphFile.Parse($"# comment {text} goes on\ntasks:\n  {name}: {{cmd: \"echo {text}{text} x\"}}\n  plain: {{cmd: echo {text}{text} x}}\n  block:\n    cmd: |\n      one {text}\n      two\n");

        Assert.Equal([name, "plain", "block"], graph.Nodes.Select(node => node.Name));
        Assert.Equal([$"echo {text}{text} x", $"echo {text}{text} x", $"one {text}\ntwo\n"], graph.Nodes.Select(node => CommandTask.FromPayload(node.Task.Payload).CommandLine));
        var error = Assert.Throws<TaskGraphFileException>(() => TaskGraphFile.Parse($"tasks:\n  a: {{cmd: x, k{text}: 1}}", "f.yaml"));
        Assert.All(error.Message.Where(letter => letter is >= '\ue000' and <= '\uf8ff'), letter => Assert.True(text.Contains(letter, StringComparison.Ordinal)));
        Assert.StartsWith("f.yaml:2:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_HomeDirectory_IsExpandedAndOtherwiseRefused()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

        var graph = TaskGraphFile.Parse("tasks: {a: {cmd: x, working_dir: ~/sub}}");
        var error = Assert.Throws<TaskGraphFileException>(() => TaskGraphFile.Parse("tasks: {a: {cmd: x, working_dir: $HOME/sub}}", "f.yaml"));

        Assert.Equal(Path.Combine(home, "sub"), CommandTask.FromPayload(graph.Nodes[0].Task.Payload).WorkingDirectory);
        Assert.StartsWith("f.yaml:1:34: 'working_dir' is '$HOME/sub': only '~/' is expanded.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_NoOptions_LeavesDirectoryAndEnvironmentToTheWorker()
    {
        var graph = TaskGraphFile.Parse("tasks: {a: {cmd: x}, b: {cmd: x, env: {ONE: 1}, working_dir: sub}}");

        var (a, b) = (CommandTask.FromPayload(graph.Nodes[0].Task.Payload), CommandTask.FromPayload(graph.Nodes[1].Task.Payload));
        Assert.Null(a.WorkingDirectory);
        Assert.Null(a.Environment);
        Assert.Equal(Path.Combine(Directory.GetCurrentDirectory(), "sub"), b.WorkingDirectory);
        Assert.Equal("1", b.Environment!["ONE"]);
        Assert.Equal(Environment.GetEnvironmentVariable("PATH"), b.Environment["PATH"]);
    }

    [Theory]
    [InlineData("", "1:1: The file is empty.")]
    [InlineData("# nothing", "2:1: The file is empty.")]
    [InlineData("just text", "1:1: A graph file is a mapping with the key 'tasks'; this is a string.")]
    [InlineData("{}", "1:1: 'tasks' is missing.")]
    [InlineData("tasks: 5", "1:8: 'tasks' must be a mapping of names to tasks, or a list of tasks with names; it is the number 5.")]
    [InlineData("task: {}", "1:1: A graph file has no key 'task'; did you mean 'tasks'?|1:1: 'tasks' is missing.")]
    [InlineData("tasks:\n  a: ls", "2:6: A task is a mapping of its settings; this is a string.")]
    [InlineData("tasks:\n  a: {}", "2:3: Task 'a' has no command: 'cmd' is missing, or 'type' with 'payload'.")]
    [InlineData("tasks:\n  a: {cmd: }", "2:12: 'cmd' must be a string; it is nothing.")]
    [InlineData("tasks:\n  a: {cmd: ''}", "2:12: 'cmd' must not be empty.")]
    [InlineData("tasks:\n  a: {cmd: []}", "2:12: 'cmd' must name a program.")]
    [InlineData("tasks:\n  a: {cmd: {x: y}}", "2:12: 'cmd' must be a string; it is a mapping.")]
    [InlineData("tasks:\n  a: {cmd: [a, [b]]}", "2:16: An argument of 'cmd' must be a string; it is a list.")]
    [InlineData("tasks:\n  a: {cmd: \"a\\0b\"}", "2:12: The command contains a NUL character.")]
    [InlineData("tasks:\n  a: {cmd: ls, type: x}", "2:16: Task 'a' has both 'cmd' and 'type'; it must have one.")]
    [InlineData("tasks:\n  a: {cmd: ls, payload: 1}", "2:16: 'payload' is allowed only with 'type'.")]
    [InlineData("tasks:\n  a: {type: x, env: {}}", "2:16: 'env' is allowed only with 'cmd'.")]
    [InlineData("tasks:\n  a: {cmd: ls, lable: x}", "2:16: A task has no key 'lable'; did you mean 'label'?")]
    [InlineData("tasks:\n  a: {command: ls}", "2:3: Task 'a' has no command: 'cmd' is missing, or 'type' with 'payload'.|2:7: A task has no key 'command'; did you mean 'cmd'?")]
    [InlineData("tasks:\n  a: {cmd: ls, depends-on: b}\n  b: {cmd: ls}", "2:16: A task has no key 'depends-on'; did you mean 'after'?")]
    [InlineData("jobs:\n  a: {cmd: ls}", "1:1: A graph file has no key 'jobs'; did you mean 'tasks'?|1:1: 'tasks' is missing.")]
    [InlineData("tasks:\n  a: {cmd: ls, workingdir: x}", "2:16: A task has no key 'workingdir'; did you mean 'working_dir'?")]
    [InlineData("tasks:\n  a: {cmd: ls, zzz: x}", "2:16: A task has no key 'zzz'; it has cmd, type, payload,")]
    [InlineData("tasks:\n  a: {cmd: ls}\n  b: {cmd: ls}\n  a: {cmd: pwd}", "4:3: 'a' is given twice; the first is on line 2.")]
    [InlineData("tasks:\n  a:\n    cmd: ls\n    cmd: pwd", "4:5: 'cmd' is given twice; the first is on line 3.")]
    [InlineData("- {name: a, cmd: ls}\n- {name: a, cmd: ls}", "2:10: There is more than one task with the name 'a'.")]
    [InlineData("- {cmd: ls}", "1:3: 'name' is missing.")]
    [InlineData("- {name: '', cmd: ls}", "1:10: Name must have 1 to 128 characters; it has 0.")]
    [InlineData("tasks:\n  a: {cmd: ls, after: b}", "2:23: Task 'a' depends on 'b', which is not in the graph.")]
    [InlineData("tasks:\n  a: {cmd: ls, after: [x, a]}", "2:24: Task 'a' depends on 'x', which is not in the graph.|2:27: Task 'a' depends on itself.")]
    [InlineData("tasks:\n  a: {cmd: ls, after: 5.5}", "2:23: Task 'a' depends on '5.5', which is not in the graph.")]
    [InlineData("tasks:\n  a: {cmd: ls, after: }", "2:23: 'after' must be a string; it is nothing.")]
    [InlineData("tasks:\n  a: {cmd: ls}\n  b: {cmd: ls, after: {a: sometimes}}", "3:27: A condition must be succeeded, failed or finished; this is 'sometimes'.")]
    [InlineData("tasks:\n  a: {cmd: ls}\n  b: {cmd: ls, after: [a, {a: failed}]}", "3:28: Task 'b' requires 'a' both to succeed and to fail.")]
    [InlineData("tasks:\n  a: {cmd: ls, after: c}\n  b: {cmd: ls, after: a}\n  c: {cmd: ls, after: b}", "2:23: Tasks depend on each other in a cycle: a -> c -> b -> a.")]
    [InlineData("tasks:\n  a: {cmd: ls, priority: high}", "2:26: 'priority' must be a whole number from -2147483648 to 2147483647; it is 'high'.")]
    [InlineData("tasks:\n  a: {cmd: ls, priority: 1.5}", "2:26: 'priority' must be a whole number from -2147483648 to 2147483647; it is the number 1.5.")]
    [InlineData("tasks:\n  a: {cmd: ls, retries: -1}", "2:25: 'retries' must be a whole number from 0 to 999999; it is the number -1.")]
    [InlineData("tasks:\n  a: {cmd: ls, timeout: soon}", "2:25: 'soon' is not a valid duration:")]
    [InlineData("tasks:\n  a: {cmd: ls, timeout: 0}", "2:25: Task 'a': Timeout must be between")]
    [InlineData("tasks:\n  a: {cmd: ls, group: a b}", "2:23: Task 'a': Group can only contain letters")]
    [InlineData("tasks:\n  a: {cmd: ls, label: \"a\\nb\"}", "2:23: Task 'a': Label must not contain control characters; it has U+000A")]
    [InlineData("tasks:\n  a: {type: 'no type'}", "2:13: Task 'a': Type can only contain letters")]
    [InlineData("tasks:\n  a: {cmd: ls, env: [A]}", "2:21: 'env' must be a mapping of names to values; it is a list.")]
    [InlineData("tasks:\n  a: {cmd: ls, env: {A: {}}}", "2:25: 'A' must be a string; it is a mapping.")]
    [InlineData("tasks:\n  a: {cmd: ls, env: {'A=B': x}}", "2:21: 'env' has a variable that cannot be set: 'A=B'.")]
    [InlineData("tasks:\n  a: {type: x, payload: {k: 1, k: 2}}", "2:32: 'k' is given twice; the first is on line 2.")]
    [InlineData("tasks:\n  a: {cmd: &x ls}", "2:12: The anchor &x is not allowed: anchors and aliases are not supported.")]
    [InlineData("tasks:\n  a: {cmd: *x}", "2:12: The alias *x is not allowed: anchors and aliases are not supported.")]
    [InlineData("tasks:\n  a: {cmd: !!binary aGk=}", "2:12: The tag tag:yaml.org,2002:binary is not allowed: tags are not supported.")]
    [InlineData("tasks:\n  a: {cmd: ls}\n---\nb: 1", "3:1: A second document begins here; only one is allowed.")]
    [InlineData("tasks:\n  [a]: {cmd: ls}", "2:3: A key must be a string; this is a list.")]
    [InlineData("tasks:\n  a: {cmd: ls", "3:1: ")]
    [InlineData("tasks:\n\ta: 1", "2:1: ")]
    public void Parse_MistakeInYaml_IsToldWithItsPlace(string text, string expected)
    {
        var error = Assert.Throws<TaskGraphFileException>(() => TaskGraphFile.Parse(text, "f.yaml", Here));

        var lines = expected.Split('|');
        Assert.Equal(lines.Length, error.Errors.Count);
        Assert.All(lines.Zip(error.Errors), pair => Assert.StartsWith($"f.yaml:{pair.First}", pair.Second.ToString(), StringComparison.Ordinal));
        Assert.Equal(error.Errors.Select(e => e.ToString()), error.Message.Split('\n'));
    }

    [Theory]
    [InlineData("", "1:1: The input does not contain any JSON tokens")]
    [InlineData("{\"tasks\": {\n  \"é😀\": {\"cmd\": \"ls\", \"after\": \"b\"}}}", "2:33: Task 'é😀' depends on 'b'")]
    [InlineData("{\"tasks\": {\n  \"a\": {\"cmd\": \"ls\"},\n  \"a\": {\"cmd\": \"ls\"}}}", "3:3: 'a' is given twice; the first is on line 2.")]
    [InlineData("{\"tasks\": {\n  \"a\": {\"cmd\": \"ls\",}}}", "2:21: ")]
    [InlineData("{\"tasks\": {\n  \"a\": {\"cmd\": ls}}}", "2:16: ")]
    [InlineData("{\"tasks\": {}} x", "1:15: ")]
    [InlineData("{\"tasks\": {\n  // no\n}}", "2:3: ")]
    [InlineData("{\"tasks\": {\"a\": {\"cmd\": \"\\ud800\"}}}", "1:25: ")]
    [InlineData("{\"tasks\": {\"a\": {\"cmd\": null}}}", "1:25: 'cmd' must be a string; it is nothing.")]
    [InlineData("{\"tasks\": {\"a\": {\"cmd\": \"ls\", \"retries\": \"2\"}}}", "1:42: 'retries' must be a whole number from 0 to 999999; it is '2'.")]
    public void Parse_MistakeInJson_IsToldWithItsPlace(string text, string expected)
    {
        var error = Assert.Throws<TaskGraphFileException>(() => TaskGraphFile.Parse(text, "f.json"));

        Assert.StartsWith($"f.json:{expected}", Assert.Single(error.Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_ManyMistakes_AreToldAtOnceInTheOrderOfTheFile()
    {
        var error = Assert.Throws<TaskGraphFileException>(() => TaskGraphFile.Parse(
            """
            tasks:
              b:
                cmd: ls
                after: [nowhere, c]
                timeout: never
              a:
                comand: ls
              c:
                cmd: ls
                after: b
                priority: x
            """));

        Assert.Equal([(4, 13), (4, 22), (5, 14), (6, 3), (7, 5), (11, 15)], error.Errors.Select(e => (e.Line, e.Column)));
        Assert.Contains("b -> c -> b", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_ThousandsOfMistakes_AreCounted()
    {
        var error = Assert.Throws<TaskGraphFileException>(
            () => TaskGraphFile.Parse("tasks:\n" + string.Concat(Enumerable.Range(0, 5_000).Select(i => $"  t{i}: {{}}\n"))));

        Assert.Equal(100, error.Errors.Count);
        Assert.Contains("4901 more errors", error.Errors[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_TooManyTasks_IsTold()
    {
        var error = Assert.Throws<TaskGraphFileException>(
            () => TaskGraphFile.Parse("tasks:\n" + string.Concat(Enumerable.Range(0, 10_001).Select(i => $"  t{i}: {{cmd: x}}\n"))));

        Assert.Contains("at most 10000", Assert.Single(error.Errors).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Hostile => new()
    {
        { "billion laughs", "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\ntasks: *c" },
        { "deep flow lists", new string('[', 100_000) },
        { "deep flow maps", string.Concat(Enumerable.Repeat("{a: ", 100_000)) },
        { "deep block lists", string.Concat(Enumerable.Repeat("- ", 100_000)) },
        { "deep keys", string.Concat(Enumerable.Repeat("? ", 100_000)) },
        { "deep block maps", string.Concat(Enumerable.Range(0, 1_000).Select(i => $"{new string(' ', i)}a:\n")) },
        { "deep payload", $"tasks: {{a: {{type: x, payload: {string.Concat(Enumerable.Repeat("[", 70))}1{string.Concat(Enumerable.Repeat("]", 70))}}}}}" },
        { "no end of a text", $"tasks: \"{new string('x', 1_000_000)}" },
        { "control characters", "tasks: \"\u0001\u0002\"" },
        { "lone surrogate", "tasks: {a: {cmd: \"\\ud800\"}}" },
        { "no character", "tasks: {a: {cmd: \"\\UFFFFFFFF\"}}" },
        { "endless key", $"? {new string('k', 1_000_000)}" },
        { "name of many lines", "tasks: {\"a\\nb\": {}}" },
        { "directive", "%YAML 9.9\n---\ntasks: {}\n%TAG ! !\n" },
        { "merge key", "tasks: {a: {<<: {cmd: x}}}" },
        { "deep json", "{\"tasks\":" + new string('[', 100_000) },
        { "wide json line", "{\"tasks\":[" + string.Concat(Enumerable.Repeat("1,", 200_000)) + "1]}" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Parse_HostileFile_IsAClearErrorSoon(string what, string text)
    {
        var clock = Stopwatch.StartNew();

        var error = Assert.Throws<TaskGraphFileException>(() => TaskGraphFile.Parse(text, "hostile"));

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"{what} took {clock.Elapsed}.");
        Assert.InRange(error.Errors.Count, 1, 100);
        Assert.All(error.Errors, e => Assert.InRange(e.Message.Length, 1, 1_000));
        Assert.All(error.Errors, e => Assert.DoesNotContain(e.Message, char.IsControl));
    }

    [Fact]
    public void Parse_LargestGraph_IsReadInSeconds()
    {
        var clock = Stopwatch.StartNew();

        var graph = TaskGraphFile.Parse("tasks:\n" + string.Concat(Enumerable.Range(0, 10_000).Select(i => $"  t{i}: {{cmd: echo {i}{(i == 0 ? "" : $", after: t{i - 1}")}}}\n")));

        Assert.Equal(10_000, graph.Nodes.Count);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"It took {clock.Elapsed}.");
    }

    [Fact]
    public void Load_File_IsNamedInItsErrors()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("durable-queue-").FullName, "graph.yaml");
        File.WriteAllText(path, "tasks: {a: {cmd: ls}}");
        Assert.Single(TaskGraphFile.Load(path).Nodes);

        File.WriteAllText(path, "tasks: {a: {}}");
        Assert.StartsWith($"{path}:1:9: ", Assert.Throws<TaskGraphFileException>(() => TaskGraphFile.Load(path)).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => TaskGraphFile.Load(path + ".gone"));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Fact]
    public void Load_NotUtf8_IsToldWithItsPlace()
    {
        using var stream = new MemoryStream([.. "tasks:\n  é"u8, 0xff, 0xfe]);

        var error = Assert.Throws<TaskGraphFileException>(() => TaskGraphFile.Load(stream, "-"));

        Assert.StartsWith("-:2:4: The file is not valid UTF-8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_TooLarge_IsRefusedBeforeItIsRead()
    {
        using var stream = new EndlessStream();

        var error = Assert.Throws<TaskGraphFileException>(() => TaskGraphFile.Load(stream, "-"));

        Assert.Contains("larger than 33554432 bytes", error.Message, StringComparison.Ordinal);
        Assert.InRange(stream.Given, TaskGraphFile.MaxBytes, TaskGraphFile.MaxBytes + 1_000_000);
    }

    [Fact]
    public void Schema_HasTheKeysThatAreRead()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(RepositoryRoot.File("docs", "dag-file.schema.json")));
        var keys = schema.RootElement.GetProperty("$defs").GetProperty("task").GetProperty("properties").EnumerateObject().Select(property => property.Name).ToList();

        // The list of keys as the error of an unknown one tells it.
        var error = Assert.Throws<TaskGraphFileException>(() => TaskGraphFile.Parse("- {name: a, cmd: ls, zzzzzzzz: 1}"));
        var told = error.Message[(error.Message.IndexOf("it has ", StringComparison.Ordinal) + 7)..].TrimEnd('.').Split(", ");

        Assert.Equal(told.Order(StringComparer.Ordinal), keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Page_Example_IsAGraph()
    {
        var page = File.ReadAllText(RepositoryRoot.File("docs", "dag-files.md"));
        var start = page.IndexOf("```yaml", StringComparison.Ordinal) + "```yaml".Length;

        var graph = TaskGraphFile.Parse(page[start..page.IndexOf("```", start, StringComparison.Ordinal)], "page.yaml");

        Assert.Equal(["fetch", "clean", "train-a", "train-b", "report", "alarm"], graph.TopologicalOrder());
        Assert.Equal(2, graph.WidthPerGroup()["gpu"]);
    }

    [Fact]
    public void Options_ThatMakeNoSense_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => TaskGraphFile.Parse("", "-", new TaskGraphFileOptions { WorkingDirectory = "relative" }));
        Assert.Throws<ArgumentOutOfRangeException>(() => TaskGraphFile.Parse("", "-", new TaskGraphFileOptions { Format = (TaskGraphFileFormat)9 }));
    }

    private sealed class EndlessStream : MemoryStream
    {
        public long Given { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            buffer.Fill((byte)' ');
            Given += buffer.Length;
            return buffer.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    }
}
