using System.Security.Cryptography;
using System.Text;
using DurableQueue.Schedules;

namespace DurableQueue.Storage;

/// <summary>A schedule after validation.</summary>
/// <param name="Schedule">As it was given.</param>
/// <param name="Definition">Its settings as they are stored.</param>
internal sealed record CheckedSchedule(NewSchedule Schedule, string Definition)
{
    public ReadOnlyMemory<byte> Payload => Schedule.Task.Payload;

    /// <param name="anchorMs">What <c>@every</c> counts from if there is no start.</param>
    public ScheduleTimes TimesFrom(long anchorMs) => ScheduleTimes.Of(Schedule, anchorMs);

    /// <summary>The same for the same settings, from start to start and from version to version.</summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(Definition));
        hash.AppendData(Payload.Span);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The occurrences of another one are not the same.</summary>
    public bool HasOtherTimesThan(NewSchedule other) => TimesOf(Schedule) != TimesOf(other);

    private static (string, string, long?, long?, long) TimesOf(NewSchedule schedule) => (
        schedule.Expression,
        schedule.TimeZone,
        schedule.StartsAt?.ToUnixTimeMilliseconds(),
        schedule.EndsAt?.ToUnixTimeMilliseconds(),
        (long)schedule.Jitter.TotalMilliseconds);
}
