using System.Buffers.Binary;
using System.Text;

namespace DurableQueue.CrashTests;

/// <summary>What happened to a file.</summary>
internal enum DiskEventKind
{
    Write = 'W',
    Cut = 'T',
    Sync = 'S',
    SyncDirectory = 'D',
    Create = 'C',
    Delete = 'U',

    /// <summary>A line to the parent process.</summary>
    Said = 'O',
}

/// <summary>One record of the shim's trace.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Name">To which file.</param>
/// <param name="Offset">Where, or the length after a cut.</param>
/// <param name="Data">What was written or said.</param>
internal sealed record DiskEvent(DiskEventKind Kind, string Name, int Offset, ReadOnlyMemory<byte> Data)
{
    private const int HeadLength = 16;

    public static List<DiskEvent> ReadTrace(string path)
    {
        var events = new List<DiskEvent>();
        var rest = new ReadOnlyMemory<byte>(File.ReadAllBytes(path));
        while (!rest.IsEmpty)
        {
            var head = rest.Span;
            var nameLength = head[1];
            var length = BinaryPrimitives.ReadInt32LittleEndian(head[4..]);
            var offset = (int)BinaryPrimitives.ReadInt64LittleEndian(head[8..]);
            events.Add(new DiskEvent(
                (DiskEventKind)head[0],
                Encoding.UTF8.GetString(head.Slice(HeadLength, nameLength)),
                offset,
                rest.Slice(HeadLength + nameLength, length)));
            rest = rest[(HeadLength + nameLength + length)..];
        }

        return events;
    }
}
