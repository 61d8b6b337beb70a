using System.Globalization;
using System.Text.Json;

namespace DurableQueue.Cli.Tasks;

/// <summary>Writes budgets as JSON.</summary>
internal static class BudgetJson
{
    public static void Write(Utf8JsonWriter json, Budget budget)
    {
        json.WriteStartObject();
        WriteTarget(json, budget.Target);
        WritePolicy(json, budget.Policy);
        json.WriteEndObject();
    }

    public static void WriteStatus(Utf8JsonWriter json, BudgetStatus status)
    {
        json.WriteStartObject();
        WriteTarget(json, status.Target);
        WritePolicy(json, status.Policy);
        WriteMeter(json, "starts", status.Rate);
        WriteMeter(json, "costs", status.Cost);
        json.WriteNumber("parked", status.Parked);
        json.WriteBoolean("used_up", status.IsUsedUp);
        TaskJson.WriteTime(json, "retry_at", status.RetryAt);
        json.WriteEndObject();
    }

    public static void WriteUsage(Utf8JsonWriter json, BudgetUsage usage)
    {
        json.WriteStartObject();
        json.WriteString("day", usage.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        WriteTarget(json, usage.Target);
        json.WriteString("unit", usage.Unit);
        json.WriteNumber("amount", usage.Amount);
        json.WriteEndObject();
    }

    private static void WriteTarget(Utf8JsonWriter json, BudgetTarget target)
    {
        json.WriteString("budget", target.ToString());
        json.WriteString("scope", target.Scope.ToString());
        json.WriteString("key", target.Key);
        json.WriteString("name", target.Name);
    }

    private static void WritePolicy(Utf8JsonWriter json, BudgetPolicy? policy)
    {
        if (policy?.Rate is { } rate)
        {
            json.WriteStartObject("rate");
            json.WriteNumber("starts", rate.Starts);
            TaskJson.WriteSeconds(json, "window_seconds", rate.Window);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("rate");
        }

        if (policy?.Cost is { } cost)
        {
            json.WriteStartObject("cost");
            json.WriteNumber("amount", cost.Amount);
            json.WriteString("unit", cost.Unit);
            json.WriteString("period", cost.Period.ToString());
            TaskJson.WriteSeconds(json, "window_seconds", cost.Period == BudgetPeriod.Rolling ? cost.Window : null);
            json.WriteString("timezone", cost.Period == BudgetPeriod.Rolling ? null : cost.TimeZone);
            json.WriteNumber("estimate", cost.Estimate);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("cost");
        }

        json.WriteString("when_used_up", policy?.WhenUsedUp.ToString());
    }

    private static void WriteMeter(Utf8JsonWriter json, string name, BudgetMeter? meter)
    {
        if (meter is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteNumber("cap", meter.Cap);
        json.WriteString("unit", meter.Unit);
        json.WriteNumber("used", meter.Used);
        json.WriteNumber("reserved", meter.Reserved);
        json.WriteBoolean("warning", meter.IsWarning);
        json.WriteBoolean("used_up", meter.IsUsedUp);
        TaskJson.WriteTime(json, "retry_at", meter.RetryAt);
        TaskJson.WriteTime(json, "resets_at", meter.ResetsAt);
        json.WriteEndObject();
    }
}
