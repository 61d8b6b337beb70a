using System.Text;
using Xunit;

namespace DurableQueue.Conformance;

/// <summary>One class of the contract. A store runs it by deriving from it and saying how its fixture is made.</summary>
public abstract class ConformanceTest : IAsyncLifetime
{
    private IStoreFixture? fixture;

    /// <summary>The queue under test.</summary>
    protected ITaskQueue Queue { get; private set; } = null!;

    protected ManualTimeProvider Time => Fixture.Time;

    protected IStoreFixture Fixture => fixture ?? throw new InvalidOperationException("The test has not been initialised.");

    protected abstract ValueTask<IStoreFixture> CreateFixtureAsync();

    public async Task InitializeAsync()
    {
        fixture = await CreateFixtureAsync();
        Queue = await fixture.OpenAsync();
    }

    public async Task DisposeAsync()
    {
        if (Queue is not null)
        {
            await Queue.DisposeAsync();
        }

        if (fixture is not null)
        {
            await AssertSoundAsync(fixture);
            await fixture.DisposeAsync();
        }
    }

    /// <summary>Whatever a test did, nothing that is stored twice may differ afterwards.</summary>
    private static async Task AssertSoundAsync(IStoreFixture fixture)
    {
        await using var queue = await fixture.OpenAsync();
        var verification = await queue.Inspector.VerifyAsync();
        Assert.True(verification.IsSound, string.Join('\n', verification.Findings));
    }

    /// <summary>Closes the queue and opens it again, as a restart of the process does.</summary>
    protected async Task ReopenAsync()
    {
        await Queue.DisposeAsync();
        Queue = await Fixture.OpenAsync();
    }

    protected static CheckoutRequest Worker(string name = "w1") => new() { Worker = name };

    /// <summary>Checks a task out and fails the test if nothing is ready.</summary>
    protected async Task<LeasedTask> CheckoutAsync(string worker = "w1")
    {
        var task = await Queue.CheckoutAsync(Worker(worker));
        Assert.NotNull(task);
        return task;
    }

    protected async Task<TaskInfo> GetAsync(TaskId id)
    {
        var info = await Queue.Inspector.GetAsync(id);
        Assert.NotNull(info);
        return info;
    }

    protected static ReadOnlyMemory<byte> Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
