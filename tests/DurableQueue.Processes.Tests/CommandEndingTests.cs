using DurableQueue.Processes.Running;
using Xunit;

namespace DurableQueue.Processes.Tests;

public sealed class CommandEndingTests : FolderTest
{
    private static readonly CommandTask Command = new() { CommandLine = "true" };

    [Theory]
    [InlineData(3, null, "The command ended with exit code 3.")]
    [InlineData(null, 15, "The command was ended by signal 15 (TERM).")]
    [InlineData(null, null, "The command is gone and left no exit code: the machine was restarted, or its supervisor was killed.")]
    public void Describe_Result_NamesCodeOrSignal(int? code, int? signal, string expected) =>
        Assert.Equal(expected, CommandEnding.Describe(new CommandResult { ExitCode = code, Signal = signal }));

    /// <summary>The status is the kernel's: the signal in the low bits, the exit code above.</summary>
    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(3 << 8, 3, null)]
    [InlineData(9, null, 9)]
    [InlineData((128 + 15) << 8, null, 15)]
    [InlineData((128 + 1) << 8, 129, null)]
    public void Of_NoRecord_ReadsTheStatusOfTheSupervisor(int status, int? code, int? signal)
    {
        var run = new RunningCommand(Run, 12, 5, Task.FromResult<int?>(status), [], Adopted: false);

        var result = new CommandResults(Files, TimeProvider.System).Of(run, record: null, new HashSet<int> { 15 }, Command);

        Assert.Equal((code, signal), (result.ExitCode, result.Signal));
        Assert.Equal((12, Run.StartedAt), (result.Pid, result.StartedAt));
    }

    [Fact]
    public void Of_RecordWithAnExitStatus_CountsMoreThanTheSupervisor()
    {
        WriteRecord(Run, "exit 7\n");
        File.WriteAllText(Files.Log(Run.TaskId, 1), "12345");
        var run = new RunningCommand(Run, 12, 5, Task.FromResult<int?>(9), [], Adopted: false);

        var result = new CommandResults(Files, TimeProvider.System).Of(
            run, RunRecord.Read(Files.Run(Run.TaskId, 1)), new HashSet<int>(), Command with { MaxOutputBytes = 4 });

        Assert.Equal((7, (int?)null, 5, true), (result.ExitCode, result.Signal, result.OutputBytes, result.OutputCut));
    }
}
