using System.Collections.Concurrent;
using DurableQueue.Storage;

namespace DurableQueue.PostgreSql;

/// <summary>The workers of this queue that have asked for tasks, and the rows of those that are stored as they are now.</summary>
internal sealed class Workers
{
    private readonly ConcurrentDictionary<string, (CheckoutRequest Request, long? Id)> known = new(StringComparer.Ordinal);

    public ProcessIdentity Process { get; } = ProcessIdentity.Current();

    /// <summary>Names this open queue among all.</summary>
    public string Instance { get; } = Guid.NewGuid().ToString("N");

    public WorkersMet Met => known.IsEmpty ? WorkersMet.None : known.Values.Any(worker => worker.Id is null) ? WorkersMet.Unstored : WorkersMet.Stored;

    /// <summary>Those that are not stored as they are now.</summary>
    public IReadOnlyList<CheckoutRequest> Unstored => [.. known.Values.Where(worker => worker.Id is null).Select(worker => worker.Request)];

    /// <summary>A worker asks for tasks.</summary>
    /// <returns>Its row; <see langword="null"/> if it is not stored as it is now.</returns>
    public long? Find(CheckoutRequest request)
    {
        if (known.TryGetValue(request.Worker, out var worker) && IsSame(worker.Request, request))
        {
            return worker.Id;
        }

        known[request.Worker] = (request, null);
        return null;
    }

    public void Stored(CheckoutRequest request, long id) => known[request.Worker] = (request, id);

    private static bool IsSame(CheckoutRequest x, CheckoutRequest y) =>
        ReferenceEquals(x, y) || (x.Capacity == y.Capacity && AreSame(x.Types, y.Types) && AreSame(x.Groups, y.Groups));

    private static bool AreSame(IReadOnlyList<string>? x, IReadOnlyList<string>? y) =>
        x is null || y is null ? x is null && y is null : x.SequenceEqual(y);
}
