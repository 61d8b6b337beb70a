using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>What <see cref="ITaskSchedules.DeclareAsync"/> did.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ScheduleDeclaration>))]
public enum ScheduleDeclaration
{
    /// <summary>There was no schedule of that name; now there is.</summary>
    Created = 0,

    /// <summary>The declaration is not the one declared before: the schedule was set to it.</summary>
    Changed = 1,

    /// <summary>The same was declared before: the schedule stayed as it is, edited or not.</summary>
    Unchanged = 2,
}
