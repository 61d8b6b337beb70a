using DurableQueue.Queueing;
using Microsoft.Extensions.Options;

namespace DurableQueue.Hosting;

internal sealed class HandlerOptionsValidator(TimeProvider time) : IValidateOptions<HandlerOptions>
{
    public ValidateOptionsResult Validate(string? name, HandlerOptions options)
    {
        var failures = new OptionFailures(name);
        var rules = new NewTaskRules(maxPayloadBytes: 0, time);
        var task = new NewTask("any");
        failures.Test(() => rules.CheckOne(new HandlerOptions { MaxAttempts = options.MaxAttempts }.ApplyTo(task)));
        failures.Test(() => rules.CheckOne(new HandlerOptions { Timeout = options.Timeout }.ApplyTo(task)));
        failures.Test(() => rules.CheckOne(new HandlerOptions { Retry = options.Retry }.ApplyTo(task)));
        failures.Test(() => Check.Note(options.Description, nameof(options.Description), Limits.NoteLength));
        failures.Test(() => options.GetResilience(time));
        return failures.Result;
    }
}
