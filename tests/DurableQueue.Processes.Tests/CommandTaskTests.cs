using System.Reflection;
using System.Text;
using Microsoft.Extensions.Logging;
using Xunit;

namespace DurableQueue.Processes.Tests;

public sealed class CommandTaskTests
{
    [Fact]
    public void Payload_EverySetting_ComesBack()
    {
        var command = new CommandTask
        {
            Arguments = ["a", "b c"],
            WorkingDirectory = "/tmp",
            Environment = new Dictionary<string, string> { ["A"] = "1" },
            KillGrace = TimeSpan.FromSeconds(1.5),
            NoInput = true,
            Nice = 3,
            IoNice = 8,
            CpuWeight = 50,
            IoWeight = 60,
            MemoryMaxBytes = 1 << 20,
            MaxOutputBytes = 100,
            SeparateErrors = true,
            Watch = [new OutputPattern("x") { Mode = OutputWatchMode.Transition, Name = "n", IgnoreCase = true, MaxCount = 2, MaxBytes = 9, Settle = TimeSpan.FromSeconds(1) }],
            MaxWakes = 0,
            MaxWakeBytes = 7,
        };

        var read = CommandTask.FromPayload(command.ToTask().Payload);

        Assert.Equal(command.ToPayload(), read.ToPayload());
        Assert.Equal(command.Arguments, read.Arguments);
        Assert.Equal(command.Environment, read.Environment);
        Assert.Equal(command.Watch, read.Watch);
        Assert.Equal((command.MaxWakes, command.MaxWakeBytes), (read.MaxWakes, read.MaxWakeBytes));
        Assert.Equal(
            """{"commandLine":"echo","watch":[{"pattern":"x","mode":"Always"}]}""",
            Encoding.UTF8.GetString(new CommandTask { CommandLine = "echo", Watch = [new OutputPattern("x") { Mode = OutputWatchMode.Always }] }.ToPayload()));
    }

    [Fact]
    public void Payload_DefaultsLeftOut_AreTheDefaults()
    {
        var read = CommandTask.FromPayload("""{"commandLine":"echo","watch":[{"pattern":"x"}]}"""u8.ToArray());

        Assert.Equal(new OutputPattern("x"), Assert.Single(read.Watch!));
        Assert.Equal(new CommandTask { CommandLine = "echo" }, read with { Watch = null });
    }

    [Fact]
    public void Result_Written_ComesBack()
    {
        var result = new CommandResult
        {
            Signal = 9, StartedAt = DateTimeOffset.UnixEpoch, EndedAt = DateTimeOffset.UnixEpoch.AddSeconds(1), Pid = 7, OutputBytes = 3, OutputCut = true, Adopted = true,
        };

        Assert.Equal(result, CommandResult.FromBytes(result.ToBytes()));
        var zero = new CommandResult { ExitCode = 0 };
        Assert.Equal(0, CommandResult.FromBytes(zero.ToBytes()).ExitCode);
    }

    [Fact]
    public void ToString_Command_ShowsWhatRunsAndNoEnvironment()
    {
        var secret = new Dictionary<string, string> { ["TOKEN"] = "hidden" };

        Assert.Equal("echo 'a b'", new CommandTask { CommandLine = "echo 'a b'", Environment = secret }.ToString());
        Assert.Equal("echo 'a b' '' 'it'\\''s' x=1", new CommandTask { Arguments = ["echo", "a b", "", "it's", "x=1"], Environment = secret }.ToString());
    }

    [Theory]
    [InlineData("Either")]
    [InlineData("both", "x", "y")]
    [InlineData("empty", " ")]
    [InlineData("NUL", "a\0b")]
    public void ToTask_CommandOutOfLimits_IsRefused(string said, string? line = null, string? argument = null)
    {
        var command = new CommandTask { CommandLine = line, Arguments = argument is null ? null : [argument] };

        Assert.Contains(said, Assert.Throws<ArgumentException>(() => command.ToTask()).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, CommandTask> OutOfRange => new()
    {
        { "WorkingDirectory", new CommandTask { WorkingDirectory = "relative" } },
        { "Environment", new CommandTask { Environment = new Dictionary<string, string> { ["A=B"] = "" } } },
        { "KillGrace", new CommandTask { KillGrace = TimeSpan.FromSeconds(-1) } },
        { "Nice", new CommandTask { Nice = 20 } },
        { "IoNice", new CommandTask { IoNice = 9 } },
        { "CpuWeight", new CommandTask { CpuWeight = 0 } },
        { "IoWeight", new CommandTask { IoWeight = 10_001 } },
        { "MemoryMaxBytes", new CommandTask { MemoryMaxBytes = 0 } },
        { "MaxOutputBytes", new CommandTask { MaxOutputBytes = 0 } },
        { "MaxWakes", new CommandTask { MaxWakes = -1 } },
        { "MaxWakeBytes", new CommandTask { MaxWakeBytes = -1 } },
        { "MaxCount", new CommandTask { Watch = [new OutputPattern("x") { MaxCount = 0 }] } },
        { "MaxBytes", new CommandTask { Watch = [new OutputPattern("x") { MaxBytes = 0 }] } },
        { "Settle", new CommandTask { Watch = [new OutputPattern("x") { Settle = TimeSpan.FromDays(1) }] } },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void ToTask_SettingOutOfRange_IsRefusedByName(string name, CommandTask command)
    {
        ArgumentNullException.ThrowIfNull(command);

        Assert.Contains(name, Assert.Throws<ArgumentException>(() => (command with { CommandLine = "true" }).ToTask()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LogEvents_AreTheDocumentedOnes()
    {
        var events =
            from method in typeof(Running.CommandLog).GetMethods()
            let log = method.GetCustomAttribute<LoggerMessageAttribute>()
            where log is not null
            select $"| {log.EventId} | {log.Level} | {log.Message} |";
        var page = File.ReadAllText(RepositoryRoot.File("docs", "commands.md"));

        Assert.All(events, line => Assert.Contains(line, page, StringComparison.Ordinal));
        Assert.Equal(10, events.Count());
    }

    [Theory]
    [InlineData("TERM", 15)]
    [InlineData("sigusr1", 10)]
    [InlineData("9", 9)]
    public void Signal_NameOrNumber_IsKnown(string name, int number) => Assert.Equal(number, CommandSignals.NumberOf(name));

    [Theory]
    [InlineData("")]
    [InlineData("SIG")]
    [InlineData("0")]
    [InlineData("65")]
    [InlineData("-1")]
    [InlineData("TERMX")]
    public void Signal_Unknown_IsRefused(string name) => Assert.Throws<ArgumentException>(() => CommandSignals.NumberOf(name));

    [Theory]
    [InlineData("GITHUB_TOKEN", true)]
    [InlineData("db_password", true)]
    [InlineData("AWS_SECRET_ACCESS_KEY", true)]
    [InlineData("PATH", false)]
    [InlineData("HOME", false)]
    public void Secrets_ByName_AreHidden(string name, bool secret)
    {
        var secrets = new CommandSecrets(CommandSecrets.DefaultPatterns);

        Assert.Equal(secret ? CommandSecrets.Mask : "value", secrets.Hide(new Dictionary<string, string> { [name] = "value" })[name]);
    }

    [Fact]
    public void ToPayload_Command_HasTheTextThatQueriesRead()
    {
        var text = PayloadText.Command;
        using var line = System.Text.Json.JsonDocument.Parse(new CommandTask { CommandLine = "ls -l" }.ToPayload());
        using var list = System.Text.Json.JsonDocument.Parse(new CommandTask { Arguments = ["ls", "-l"] }.ToPayload());

        Assert.Equal(CommandTask.TypeName, text.Type);
        Assert.Equal("ls -l", line.RootElement.GetProperty(text.Property).GetString());
        Assert.Equal(2, list.RootElement.GetProperty(text.ListProperty).GetArrayLength());
    }
}
