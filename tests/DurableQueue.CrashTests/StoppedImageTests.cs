using System.Buffers.Binary;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.CrashTests;

/// <summary>Copies of the files that are taken while every process on them stands still, and what is left of them when the end of the log is damaged.</summary>
[Collection(nameof(CrashTestCollection))]
public sealed class StoppedImageTests(ITestOutputHelper output) : IDisposable
{
    private const int Rounds = 12;
    private const int LogHead = 32;
    private const int FrameHead = 24;

    private readonly string directory = Directory.CreateTempSubdirectory("durable-queue-image-").FullName;

    private string FilePath => Path.Combine(directory, "queue.db");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task Image_WithTheLogCutOrGarbledAtItsEnd_HoldsWhatWasAcknowledgedBeforeThatEnd()
    {
        var seed = Seed.Draw(output);
        var random = new Random(seed);
        var verdict = new Verdict();
        var (images, damaged) = (0, 0);
        await using var load = new LoadProcesses(FilePath, seed);
        load.Start(3, environment: null, "prune=no");
        for (var round = 0; round < Rounds && verdict.IsGood; round++)
        {
            await load.WorkAsync(random.Next(50, 400));
            var earlier = load.Journal.Cut();
            load.Pause();
            var log = Log.Read(FilePath);
            load.Continue();
            await load.WorkAsync(random.Next(20, 200));
            var latest = load.Journal.Cut();
            load.Pause();
            var files = new Dictionary<string, byte[]>
            {
                ["queue.db"] = File.ReadAllBytes(FilePath), ["queue.db-wal"] = File.ReadAllBytes($"{FilePath}-wal"),
            };
            var end = Log.Read(FilePath);
            var moved = Log.ReadMoved(FilePath);
            load.Continue();

            var context = $"seed {seed}, round {round}";
            await new DiskImage(Path.Combine(directory, $"{images++}"), files).CheckAsync(latest, verdict, $"{context}, whole");

            // What the log held at the earlier stop is still in it, or was moved into the file before the log began anew. What a checkpoint has
            // begun to move was synced before: no power loss takes it from the log.
            var kept = Math.Max(log.Salt == end.Salt ? log.Length : 0, moved);
            for (var variant = 0; variant < 6 && kept < end.Length; variant++)
            {
                var at = random.Next(kept, end.Length);
                var torn = new Dictionary<string, byte[]>(files)
                {
                    ["queue.db-wal"] = variant % 2 == 0 ? files["queue.db-wal"][..at] : Garble(files["queue.db-wal"], at, random),
                };
                await new DiskImage(Path.Combine(directory, $"{images++}"), torn)
                    .CheckAsync(earlier, verdict, $"{context}, {(variant % 2 == 0 ? "cut" : "garbled")} from byte {at} of {end.Length}");
                damaged++;
            }
        }

        await load.StopAsync();
        output.WriteLine($"{load.Journal.Acknowledged} acknowledged calls, {images} images, {damaged} of them damaged: {verdict}");
        Assert.True(verdict.IsGood, string.Join('\n', verdict.Findings));
        Assert.True(damaged > Rounds, $"only {damaged} logs could be damaged");
    }

    private static byte[] Garble(byte[] log, int from, Random random)
    {
        var garbled = log.ToArray();
        random.NextBytes(garbled.AsSpan(from));
        return garbled;
    }

    /// <summary>Where the log ends that counts: the file may be longer, with frames of an earlier round.</summary>
    private readonly record struct Log(ulong Salt, int Length)
    {
        /// <summary>How much of the log checkpoints have moved into the file, or were about to: SQLite's shared memory counts the frames.</summary>
        public static int ReadMoved(string path)
        {
            const int SaltAt = 32;
            const int AttemptedAt = 128;
            var log = File.ReadAllBytes($"{path}-wal").AsSpan();
            var shared = File.ReadAllBytes($"{path}-shm").AsSpan();
            if (log.Length < LogHead)
            {
                return 0;
            }

            // The next write begins the log anew: all that is still in it was moved.
            return log.Slice(16, 8).SequenceEqual(shared.Slice(SaltAt, 8))
                ? LogHead + (BitConverter.ToInt32(shared[AttemptedAt..]) * (FrameHead + BinaryPrimitives.ReadInt32BigEndian(log[8..])))
                : log.Length;
        }

        public static Log Read(string path)
        {
            var log = File.ReadAllBytes($"{path}-wal").AsSpan();
            if (log.Length < LogHead)
            {
                return default;
            }

            var page = BinaryPrimitives.ReadInt32BigEndian(log[8..]);
            var salt = BinaryPrimitives.ReadUInt64BigEndian(log[16..]);
            var length = LogHead;
            for (var at = LogHead; at + FrameHead + page <= log.Length && BinaryPrimitives.ReadUInt64BigEndian(log[(at + 8)..]) == salt; at += FrameHead + page)
            {
                // Only the last frame of a transaction says how large the file is after it.
                if (BinaryPrimitives.ReadInt32BigEndian(log[(at + 4)..]) != 0)
                {
                    length = at + FrameHead + page;
                }
            }

            return new Log(salt, length);
        }
    }
}
