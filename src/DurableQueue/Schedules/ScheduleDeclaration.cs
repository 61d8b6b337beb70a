using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>The result of <see cref="ITaskSchedules.DeclareAsync"/>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ScheduleDeclaration>))]
public enum ScheduleDeclaration
{
    /// <summary>The schedule was created.</summary>
    Created = 0,

    /// <summary>The declaration differs from the last one, and the schedule was set to it.</summary>
    Changed = 1,

    /// <summary>The declaration equals the last one, and the schedule was not changed, even if it was edited.</summary>
    Unchanged = 2,
}
