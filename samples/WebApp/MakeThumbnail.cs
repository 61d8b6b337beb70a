namespace WebApp;

/// <summary>The payload of a <c>thumbnail</c> task.</summary>
internal sealed record MakeThumbnail(string Text, int Width);
