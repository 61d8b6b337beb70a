using Xunit;

namespace DurableQueue.Tests.Schedules;

public sealed class ScheduleExceptionTests
{
    [Fact]
    public void ScheduleNotFound_NamesTheSchedule()
    {
        var error = new ScheduleNotFoundException("nightly");

        Assert.Equal(("nightly", "The schedule 'nightly' does not exist."), (error.Schedule, error.Message));
    }

    [Fact]
    public void PauseSchedule_KeepsItsMessageAndItsCause()
    {
        var cause = new InvalidOperationException("401");

        Assert.Equal("expired", new PauseScheduleException("expired").Message);
        Assert.Equal(("expired", (Exception?)cause), (new PauseScheduleException("expired", cause).Message, new PauseScheduleException("expired", cause).InnerException));
        Assert.NotEmpty(new PauseScheduleException().Message);
    }
}
