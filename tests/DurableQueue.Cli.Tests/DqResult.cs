using System.Text.Json;

namespace DurableQueue.Cli.Tests;

/// <summary>What one run of a program gave.</summary>
public sealed record DqResult(int ExitCode, string Out, string Err)
{
    /// <summary>Standard output as the one JSON object that it must be.</summary>
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    public override string ToString() => $"exit code {ExitCode}\n-- out\n{Out}\n-- err\n{Err}";
}
