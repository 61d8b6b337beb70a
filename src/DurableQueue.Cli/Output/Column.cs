namespace DurableQueue.Cli.Output;

/// <summary>A column of a table, and how it gives way where there is no room for all columns.</summary>
/// <param name="Header">Its name.</param>
/// <param name="Rank">Its importance: 0 is always shown in full; columns with higher numbers give way first.</param>
/// <param name="Least">The cells below which it is left out rather than cut.</param>
/// <param name="Enough">The cells that it gets before less important columns get any, on a terminal of 80 columns; on a wider one, as much more as that is wider.</param>
internal sealed record Column(string Header, int Rank, int Least = 8, int Enough = 24);
