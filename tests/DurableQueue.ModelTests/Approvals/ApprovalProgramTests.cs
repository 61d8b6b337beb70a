using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.ModelTests.Approvals;

/// <summary>50 programs of 200 steps over gates, requests and decisions.</summary>
public sealed class ApprovalProgramTests(ITestOutputHelper output)
{
    [Fact]
    public Task AnyProgram_OverApprovals_DoesWhatTheModelDoes() => SeededPrograms.RunAsync(output, programs: 50, ApprovalProgram.RunAsync);
}
