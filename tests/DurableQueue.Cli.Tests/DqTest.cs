using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>A test with a folder and a queue of its own.</summary>
public abstract class DqTest : IAsyncLifetime
{
    protected Sandbox Box { get; } = new();

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public virtual async Task DisposeAsync() => await Box.DisposeAsync();

    /// <summary>The object that the command wrote; it fits its schema.</summary>
    protected async Task<System.Text.Json.JsonElement> JsonAsync(string schema, params string[] arguments) =>
        JsonSchemas.Check(schema, await Box.RunAsync(arguments));
}
