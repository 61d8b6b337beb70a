using System.Globalization;
using System.Text;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>Logs as they are shown: of the run that the task is in, whole, and with every character in one piece.</summary>
public sealed class OutputTests : DqTest
{
    private const string SlowCharacter = "printf '\\346'; sleep 0.3; printf '\\227\\245\\n'";

    [Fact]
    public async Task Log_RetriedInPlace_IsOfTheRunThatTheTaskIsIn()
    {
        var worker = await Box.StartWorkerAsync();
        var id = await Box.AddAsync("--retries", "2", "--backoff", "10ms", "if [ -e ok ]; then echo NEW; else echo OLD; exit 1; fi");
        await Box.RunAsync("wait", $"{id}");
        await Box.WriteAsync("ok", "");
        await Box.DoAsync("retry", $"{id}");
        await Box.DoAsync("wait", $"{id}");

        Assert.Equal("NEW\n", (await Box.DoAsync("log", $"{id}")).Out);
        Assert.Equal("", (await Box.DoAsync("log", $"{id}", "--attempt", "3")).Out);
        var log = (await JsonAsync("log", "log", "--json", $"{id}")).GetProperty("logs")[0];
        Assert.Equal((1, "NEW\n"), (log.GetProperty("attempt").GetInt32(), log.GetProperty("text").GetString()));

        worker.Kill();
        await worker.WaitForExitAsync();
        await Box.DoAsync("retry", $"{id}");
        Assert.Equal("", (await Box.DoAsync("log", $"{id}")).Out);
        log = (await JsonAsync("log", "log", "--json", $"{id}")).GetProperty("logs")[0];
        Assert.Equal((0, "", System.Text.Json.JsonValueKind.Null), (log.GetProperty("attempt").GetInt32(), log.GetProperty("text").GetString(), log.GetProperty("path").ValueKind));
    }

    [Fact]
    public async Task Follow_LogEmptiedMeanwhile_GoesOnWithWhatIsNew()
    {
        await Box.StartWorkerAsync();
        var id = await Box.AddAsync("seq 1 200; while [ ! -e go ]; do sleep 0.02; done; echo after");
        using var follow = Box.StartDq("follow", $"{id}");
        var seen = new StringBuilder();
        while (!seen.ToString().Contains("\n200\n", StringComparison.Ordinal))
        {
            seen.Append(await follow.StandardOutput.ReadLineAsync().WaitAsync(Sandbox.Limit)).Append('\n');
        }

        await File.WriteAllTextAsync(Box.Files.Log(new TaskId(id), 1), "");
        await Box.WriteAsync("go", "");

        Assert.Equal("after\n", await follow.StandardOutput.ReadToEndAsync().WaitAsync(Sandbox.Limit));
    }

    [Fact]
    public async Task Json_CharacterInTwoBlocks_IsWhole()
    {
        await Box.StartWorkerAsync();
        var id = await Box.AddAsync(SlowCharacter);
        var followed = (await Box.DoAsync("follow", "--json", $"{id}")).Out;
        var big = await Box.AddAsync("--", "python3", "-c", "import sys; sys.stdout.write('a' + '日本語' * 40000)");
        await Box.DoAsync("wait", $"{big}");

        Assert.Contains("\"日\\n\"", followed, StringComparison.Ordinal);
        Assert.DoesNotContain('\uFFFD', followed);
        var text = (await Box.DoAsync("log", "--json", $"{big}")).Json.GetProperty("logs")[0].GetProperty("text").GetString();
        Assert.Equal("a" + string.Concat(Enumerable.Repeat("日本語", 40_000)), text);
    }

    [Fact]
    public async Task LogJson_LongLog_IsNotHeldInMemory()
    {
        await Box.StartWorkerAsync();
        var id = await Box.AddAsync("true");
        await Box.DoAsync("wait", $"{id}");
        await using (var log = File.Create(Box.Files.Log(new TaskId(id), 1)))
        {
            var block = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("\u001b[31mprogress 42% 日\r", 40_000)));
            for (var i = 0; i < 120; i++)
            {
                await log.WriteAsync(block);
            }
        }

        // Address space, and not what is resident: the runtime maps far more than it uses, but not so much more.
        var result = await Box.ShellAsync($"export DOTNET_GCHeapHardLimit=0x4000000; dq log --json {id} | tail -c 40");

        Assert.True(result.Out.EndsWith("日\\r\"}]}\n", StringComparison.Ordinal), $"{result}");
    }

    [Fact]
    public async Task Follow_SeveralWithALineThatDoesNotEnd_PassesItOnInPieces()
    {
        await Box.StartWorkerAsync();
        var id = await Box.AddAsync("--", "python3", "-c", "import sys; sys.stdout.write('a' + '日' * 60000)");
        var other = await Box.AddAsync("true");
        await Box.DoAsync("wait", "--all");

        var pieces = (await Box.DoAsync("follow", $"{id}", $"{other}")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.True(pieces.Length > 1 && pieces.All(piece => piece.StartsWith($"[{id}] ", StringComparison.Ordinal)));
        Assert.Equal("a" + new string('日', 60_000), string.Concat(pieces.Select(piece => piece[$"[{id}] ".Length..])));
    }

    [Fact]
    public async Task Bytes_ThatAreNotText_AreRefusedByName()
    {
        await Box.StartWorkerAsync();
        var argument = await Box.ShellAsync("dq add -- printf $'caf\\351'");
        var variable = await Box.ShellAsync("export RAW=$'\\351'; dq add true");
        var directory = await Box.ShellAsync("mkdir $'d\\351'; cd $'d\\351'; dq add true; code=$?; cd ..; rmdir d*; exit $code");

        Assert.Equal([1, 1, 1], new[] { argument.ExitCode, variable.ExitCode, directory.ExitCode });
        Assert.Contains("caf", argument.Err, StringComparison.Ordinal);
        Assert.Contains("'RAW'", variable.Err, StringComparison.Ordinal);
        Assert.Contains("current directory", directory.Err, StringComparison.Ordinal);
        Assert.Empty((await Box.DoAsync("status", "--json")).Json.GetProperty("tasks").EnumerateArray());
    }

    [Fact]
    public async Task Daemon_OfACallerWithLocksPipesUmaskAndBytes_HasWhatIsItsOwn()
    {
        var result = await Box.ShellAsync(
            """
            export RAW=$'\351t'; umask 002
            ( flock -n 9 && dq worker --daemon ) 9>lock 2>/dev/null
            flock -n lock echo free
            env -u RAW dq run --clean-env -- sh -c 'umask; printf %s "$RAW" | od -An -tx1'
            """);

        Assert.Equal(["free", "0002", "e9 74"], result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode($"{Box.QueuePath}.worker.log"));
    }

    [Fact]
    public async Task Daemon_FilesDeleted_IsFoundAllTheSame()
    {
        var pid = (await JsonAsync("worker", "worker", "--daemon", "--json")).GetProperty("pid").GetInt32();
        File.Delete($"{Box.QueuePath}.worker.pid");
        var again = await JsonAsync("worker", "worker", "--daemon", "--json");
        File.Delete($"{Box.QueuePath}.worker.lock");
        var third = await JsonAsync("worker", "worker", "--daemon", "--json");

        Assert.Equal((pid, false, pid, false), (
            again.GetProperty("pid").GetInt32(), again.GetProperty("started").GetBoolean(), third.GetProperty("pid").GetInt32(), third.GetProperty("started").GetBoolean()));
        Assert.Equal(pid, (await JsonAsync("doctor", "doctor")).GetProperty("daemon").GetProperty("pid").GetInt32());
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"pid {pid}"), (await Box.DoAsync("worker", "--stop")).Err, StringComparison.Ordinal);
        Assert.Equal(2, (await Box.RunAsync("worker", "--stop")).ExitCode);
    }

    [Fact]
    public async Task Daemon_PidFileNamesAnotherProcess_ThatGetsNoSignal()
    {
        var pid = (await JsonAsync("worker", "worker", "--daemon", "--json")).GetProperty("pid").GetInt32();
        using var innocent = System.Diagnostics.Process.Start("sleep", "60");
        await File.WriteAllTextAsync($"{Box.QueuePath}.worker.pid", $"{innocent.Id}\n1.0.0\n");

        Assert.Contains($"pid {pid}", (await Box.DoAsync("worker", "--stop")).Err, StringComparison.Ordinal);
        Assert.False(innocent.HasExited);
        innocent.Kill();
    }

    [Fact]
    public async Task Daemon_LogOrLockIsALink_IsRefused()
    {
        var precious = await Box.WriteAsync("precious", "kept");
        File.CreateSymbolicLink($"{Box.QueuePath}.worker.log", precious);
        var result = await Box.RunAsync("worker", "--daemon");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("links are not followed", result.Err, StringComparison.Ordinal);
        Assert.Equal("kept", await File.ReadAllTextAsync(precious));
    }
}
