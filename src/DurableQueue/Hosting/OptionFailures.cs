using Microsoft.Extensions.Options;

namespace DurableQueue.Hosting;

/// <summary>Collects what is wrong with the options of one worker or handler.</summary>
internal sealed class OptionFailures(string? name)
{
    private readonly List<string> failures = [];

    public ValidateOptionsResult Result => failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

    public void Test(Action check)
    {
        try
        {
            check();
        }
        catch (ArgumentException error)
        {
            failures.Add($"{name}: {error.Message.ReplaceLineEndings(" ")}");
        }
    }
}
