using System.Globalization;
using System.Text;

namespace DurableQueue.Queueing;

/// <summary>Ids as stored in a list, such as <c>3-7,12</c>.</summary>
internal static class IdRanges
{
    /// <param name="ids">The ids, ascending.</param>
    public static string Write(IReadOnlyList<long> ids)
    {
        var text = new StringBuilder();
        for (var i = 0; i < ids.Count;)
        {
            var end = i;
            while (end + 1 < ids.Count && ids[end + 1] == ids[end] + 1)
            {
                end++;
            }

            text.Append(text.Length == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{ids[i]}");
            if (end > i)
            {
                text.Append(CultureInfo.InvariantCulture, $"-{ids[end]}");
            }

            i = end + 1;
        }

        return text.ToString();
    }

    public static IReadOnlyList<TaskId> Read(string text)
    {
        var ids = new List<TaskId>();
        foreach (var range in text.Split(','))
        {
            var ends = range.Split('-');
            var (first, last) = (Number(ends[0]), Number(ends[^1]));
            for (var id = first; id <= last && ids.Count < Limits.TasksOfRequest; id++)
            {
                ids.Add(new TaskId(id));
            }
        }

        return ids;
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
