using Microsoft.Playwright;

namespace DurableQueue.Dashboard.BrowserTests;

/// <summary>Pictures for people, in artifacts/dashboard, which git ignores.</summary>
internal static class Pictures
{
    private static readonly string Folder = Path.Combine(RepositoryRoot.Path, "artifacts", "dashboard");

    public static async Task TakeAsync(IPage page, string name, ColorScheme theme)
    {
        Directory.CreateDirectory(Folder);
        var file = string.Concat((name.Length == 0 ? "board" : name.Trim()).Select(letter => char.IsAsciiLetterOrDigit(letter) ? char.ToLowerInvariant(letter) : '-'));
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Folder, $"{file}-{(theme == ColorScheme.Dark ? "dark" : "light")}.png") });
    }
}
