namespace DurableQueue.Dashboard.Pages;

/// <summary>
/// The address that those of a page are relative to: itself relative to the address that the browser asked for, so that it holds under any prefix that
/// a proxy adds or removes.
/// </summary>
internal static class PageBase
{
    /// <param name="requested">The whole path of the request, escaped.</param>
    /// <param name="depth">How many slashes of it are behind the address of the dashboard; 0 if not even the one at its end.</param>
    public static string Of(string requested, int depth)
    {
        if (depth > 0)
        {
            return depth == 1 ? "./" : string.Concat(Enumerable.Repeat("../", depth - 1));
        }

        var last = requested[(requested.LastIndexOf('/') + 1)..];
        // A colon would make it an address with a scheme.
        return last.Length == 0 ? "./" : $"./{last}/";
    }
}
