using System.Diagnostics;
using System.Globalization;
using DurableQueue.Processes.Linux;
using DurableQueue.Processes.Running;
using DurableQueue.Storage;
using Xunit;

namespace DurableQueue.Processes.Tests;

public sealed class RunRecordTests : FolderTest
{
    private string RecordPath => In("1.1.run");

    [Fact]
    public void Header_Written_ComesBack()
    {
        var header = Run with { TaskId = new TaskId(7), BootId = "boot id with blanks pid:[1]" };

        Assert.Equal(header, RunHeader.Parse(header.ToString()));
        Assert.Null(RunHeader.Parse("run 1 2 3"));
        Assert.Null(RunHeader.Parse(header.ToString().Replace("run ", "ran ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("exit 0\n", 0, null)]
    [InlineData("exit 137\n", 137, null)]
    [InlineData("Killed\nexit 137\n", null, 9)]
    [InlineData("sent 15\nexit 143\n", null, 15)]
    [InlineData("sent 15\nexit 130\n", 130, null)]
    [InlineData("exit 137\nKilled\n", 137, null)]
    [InlineData("input 5\nexit 3\n", 3, null)]
    [InlineData("exit 3", null, null)]
    [InlineData("sent 15\nsent 9\n", null, 9)]
    [InlineData("", null, null)]
    public void Ending_Lines_TellExitCodeOrSignal(string lines, int? code, int? signal)
    {
        ArgumentNullException.ThrowIfNull(lines);
        Assert.Equal((code, signal), Write(lines, reportsSignals: true)!.Ending());
    }

    [Fact]
    public void Ending_ShellThatNeverReports_TakesHighCodesForSignals() => Assert.Equal((null, 9), Write("exit 137\n", reportsSignals: false)!.Ending());

    [Theory]
    [InlineData("")]
    [InlineData("run 1 1 1 1 1 1 1 boot | 12 (sh) R 1 1")]
    [InlineData("nonsense\n")]
    public void Read_NoFirstLine_IsNone(string text)
    {
        File.WriteAllText(RecordPath, text);

        Assert.Null(RunRecord.Read(RecordPath));
    }

    [Fact]
    public void IsAlive_ProcessIdUsedByAnother_IsFalse()
    {
        using var supervisor = StartSupervisor(RecordPath, HeaderOf(reportsSignals: true).ToString());
        var stat = supervisor.Stat;

        Assert.True(Write("", reportsSignals: true, stat)!.IsAlive);
        Assert.False(Write("", reportsSignals: true, stat with { StartedAt = stat.StartedAt - 1 })!.IsAlive);
        Assert.False(Write("", reportsSignals: true, stat, bootId: "another boot")!.IsAlive);
    }

    [Fact]
    public void IsAlive_RecordThatNamesAProcessOfSomethingElse_IsFalse()
    {
        var header = HeaderOf(reportsSignals: true).ToString();
        using var other = StartSupervisor(null);
        using var ofAnotherRun = StartSupervisor(RecordPath, header.Replace("run 1 ", "run 2 ", StringComparison.Ordinal));
        using var ofAnotherQueue = StartSupervisor(In("other/1.1.run"), header);
        using var noLeader = StartSupervisor(RecordPath, header, leads: false);

        foreach (var process in new[] { other, ofAnotherRun, ofAnotherQueue, noLeader })
        {
            Assert.False(Write("", reportsSignals: true, process.Stat)!.IsAlive);
        }
    }

    [Fact]
    public void IsAlive_DirectoryMovedMeanwhile_IsTrue()
    {
        Write("", reportsSignals: true);
        using var supervisor = StartSupervisor(In("earlier/1.1.run"), HeaderOf(reportsSignals: true).ToString(), record: RecordPath);

        Assert.True(Write("", reportsSignals: true, supervisor.Stat)!.IsAlive);
    }

    [Fact]
    public void Stat_NameWithAnything_IsParsed()
    {
        var stat = ProcessStat.Parse("42 (a) b (c)) T 1 40 41 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 777 0 0");

        Assert.Equal(new ProcessStat(42, 'T', 1, 40, 41, 777), stat);
        Assert.Null(ProcessStat.Parse("42 (a"));
    }

    [Fact]
    public void Lines_GrowingFile_AreReadOnceWithTheirPlaces()
    {
        var reader = new LineReader(RecordPath);
        Assert.Empty(reader.Read(100, atEnd: false));
        File.WriteAllText(RecordPath, "one\r\ntw");
        Assert.Equal([new OutputLine("one", 0, 0, 4)], reader.Read(100, atEnd: false));
        Assert.Equal(new OutputLine("tw", 0, 5, 7, IsOpen: true), reader.Open);
        File.AppendAllText(RecordPath, "o\nthree");
        Assert.Equal([new OutputLine("two", 0, 5, 9)], reader.Read(100, atEnd: false));
        Assert.Equal([new OutputLine("three", 0, 9, 14)], reader.Read(100, atEnd: true));
        Assert.Empty(reader.Read(100, atEnd: true));
    }

    [Fact]
    public void Lines_Repainted_AreLinesEach()
    {
        var reader = new LineReader(RecordPath);
        File.WriteAllText(RecordPath, "10%\r20%\r");
        Assert.Equal(["10%", "20%"], reader.Read(100, atEnd: false).Select(line => line.Text));
        File.AppendAllText(RecordPath, "\n30%\r");
        Assert.Equal([new OutputLine("30%", 0, 9, 13)], reader.Read(100, atEnd: false));
        File.AppendAllText(RecordPath, "\nend\n");
        using var later = new LineReader(RecordPath);
        later.StartAt(13);

        Assert.Equal([new OutputLine("end", 0, 14, 18)], reader.Read(100, atEnd: true));
        Assert.Equal([new OutputLine("end", 0, 14, 18)], later.Read(100, atEnd: true));
    }

    [Fact]
    public void Lines_OpenOneEndsWithinACharacter_IsReadWithoutIt()
    {
        var reader = new LineReader(RecordPath);
        File.WriteAllBytes(RecordPath, [.. "ready "u8, 0xE6, 0x97]);
        Assert.Empty(reader.Read(100, atEnd: false));
        Assert.Equal("ready ", reader.Open.Text);
    }

    [Fact]
    public void Lines_VeryLongOne_IsCutIntoPieces()
    {
        File.WriteAllText(RecordPath, new string('x', 150_000));
        var reader = new LineReader(RecordPath);
        var lines = new List<OutputLine>();
        do
        {
            lines.AddRange(reader.Read(64 * 1024, atEnd: true));
        }
        while (reader.MayHaveMore);

        Assert.Equal([65_536, 65_536, 18_928], lines.Select(line => line.Text.Length));
    }

    private RunRecord? Write(string lines, bool reportsSignals, ProcessStat? supervisor = null, string? bootId = null)
    {
        var process = supervisor ?? new ProcessStat(1, 'R', 1, 1, 1, 1);
        var header = HeaderOf(reportsSignals, bootId);
        File.WriteAllText(RecordPath, string.Create(
            CultureInfo.InvariantCulture,
            $"{header} | {process.Pid} (sh) R 1 {process.Group} {process.Session} 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 {process.StartedAt} 0\n{lines}"));
        return RunRecord.Read(RecordPath);
    }

    private static RunHeader HeaderOf(bool reportsSignals, string? bootId = null) =>
        Run with { ReportsSignals = reportsSignals, BootId = bootId ?? ProcessIdentity.ReadBootId() };

    /// <summary>A process that was told what a supervisor is told, or, without a path, something else.</summary>
    private static StartedProcess StartSupervisor(string? path, string header = "", bool leads = true, string? record = null)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true };
        string[] arguments = path is null ? ["-c", "echo; read x"] : ["-c", $"{(record is null ? "" : $"exec 2>>{record}; ")}echo; read x", RunHeader.SupervisorName, path, header];
        if (leads)
        {
            start.FileName = "setsid";
            start.ArgumentList.Add("/bin/sh");
        }

        Array.ForEach(arguments, start.ArgumentList.Add);
        var process = Process.Start(start)!;
        process.StandardOutput.ReadLine();
        return new StartedProcess(process);
    }

    private sealed class StartedProcess(Process process) : IDisposable
    {
        public ProcessStat Stat => ProcessStat.Read(process.Id)!.Value;

        public void Dispose()
        {
            process.Kill();
            process.Dispose();
        }
    }
}
