namespace DurableQueue.Storage;

/// <summary>A request for an approval after validation.</summary>
/// <param name="Key">Tells the equal requests of one run apart.</param>
/// <param name="What">What is to be done, for people.</param>
/// <param name="Arguments">With what.</param>
/// <param name="Terms">Who decides, and until when.</param>
internal sealed record CheckedRequest(string Key, string What, string Arguments, ApprovalTerms Terms);
