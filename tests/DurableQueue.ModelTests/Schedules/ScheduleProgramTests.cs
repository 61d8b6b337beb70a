using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.ModelTests.Schedules;

/// <summary>60 programs of 250 steps over three schedules.</summary>
public sealed class ScheduleProgramTests(ITestOutputHelper output)
{
    [Fact]
    public Task AnyProgram_OverSchedules_DoesWhatTheModelDoes() => SeededPrograms.RunAsync(output, programs: 60, ScheduleProgram.RunAsync);
}
