using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace DurableQueue.Hosting;

/// <summary>Collects what is wrong with one worker or handler.</summary>
internal sealed class OptionFailures(string? name)
{
    private readonly List<string> failures = [];

    public ValidateOptionsResult Result => failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

    public void AddRange(IEnumerable<string> texts) => failures.AddRange(texts.Select(text => $"{name}: {text.ReplaceLineEndings(" ")}"));

    public void Test(Action check)
    {
        try
        {
            check();
        }
        catch (Exception error) when (error is ArgumentException or ValidationException)
        {
            AddRange([error.Message]);
        }
    }
}
