namespace DurableQueue.CrashTests;

/// <summary>
/// A disk with a cache that a power loss empties. What was synced is on it. Of the writes and cuts since then each is there, is there in part
/// (sectors of 512 bytes), or is not, whatever became of the others; likewise names that were made or deleted since their directory was synced.
/// </summary>
internal sealed class Disk
{
    private const int Sector = 512;

    private readonly Dictionary<string, DiskFile> names = [];
    private Dictionary<string, DiskFile> syncedNames = [];

    public Disk()
    {
    }

    /// <summary>With files on it, which are synced.</summary>
    public Disk(IReadOnlyDictionary<string, byte[]> files)
    {
        foreach (var (name, content) in files)
        {
            Apply(new DiskEvent(DiskEventKind.Create, name, 0, default));
            Apply(new DiskEvent(DiskEventKind.Write, name, 0, content));
            Apply(new DiskEvent(DiskEventKind.Sync, name, 0, default));
        }

        Apply(new DiskEvent(DiskEventKind.SyncDirectory, "", 0, default));
    }

    public void Apply(DiskEvent happened)
    {
        switch (happened.Kind)
        {
            case DiskEventKind.Create:
                names[happened.Name] = new DiskFile();
                break;
            case DiskEventKind.Delete:
                names.Remove(happened.Name);
                break;
            case DiskEventKind.SyncDirectory:
                syncedNames = new Dictionary<string, DiskFile>(names);
                break;
            case DiskEventKind.Sync:
                names[happened.Name].Sync();
                break;
            case DiskEventKind.Write or DiskEventKind.Cut:
                names[happened.Name].Add(happened);
                break;
        }
    }

    /// <summary>The files of one of the disks that there may be when the power is back.</summary>
    /// <param name="random">Decides what is lost.</param>
    /// <param name="kept">The share of unsynced operations that reached the disk, 0 to 1.</param>
    public Dictionary<string, byte[]> LosePower(Random random, double kept)
    {
        var files = new Dictionary<string, byte[]>();
        foreach (var name in names.Keys.Union(syncedNames.Keys))
        {
            var side = random.NextDouble() < kept ? names : syncedNames;
            if (side.TryGetValue(name, out var file))
            {
                files.Add(name, file.LosePower(random, kept));
            }
        }

        return files;
    }

    private sealed class DiskFile
    {
        private readonly List<DiskEvent> unsynced = [];
        private byte[] synced = [];

        public void Add(DiskEvent happened) => unsynced.Add(happened);

        public void Sync()
        {
            synced = Content(synced, unsynced);
            unsynced.Clear();
        }

        public byte[] LosePower(Random random, double kept) => Content(synced, unsynced.SelectMany(happened => Lose(happened, random, kept)));

        private static List<DiskEvent> Lose(DiskEvent happened, Random random, double kept)
        {
            if (happened.Data.Length > Sector && random.Next(4) == 0)
            {
                return happened.Data.ToArray().Chunk(Sector)
                    .Select((sector, index) => new DiskEvent(happened.Kind, happened.Name, happened.Offset + (index * Sector), sector))
                    .Where(_ => random.NextDouble() < kept)
                    .ToList();
            }

            return random.NextDouble() < kept ? [happened] : [];
        }

        private static byte[] Content(byte[] before, IEnumerable<DiskEvent> events)
        {
            var content = new MemoryStream();
            content.Write(before);
            foreach (var happened in events)
            {
                if (happened.Kind == DiskEventKind.Cut)
                {
                    content.SetLength(happened.Offset);
                }
                else
                {
                    content.Position = happened.Offset;
                    content.Write(happened.Data.Span);
                }
            }

            return content.ToArray();
        }
    }
}
