using System.Runtime.InteropServices;
using System.Text;

namespace DurableQueue.Processes.Linux;

/// <summary>Strings as the C library takes them: one block of memory, with a list of pointers that ends with null.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private readonly byte* block;

    public NativeStrings(IReadOnlyList<string> strings)
    {
        var bytes = strings.Sum(text => Encoding.UTF8.GetByteCount(text) + 1);
        var pointers = (strings.Count + 1) * sizeof(byte*);
        block = (byte*)NativeMemory.Alloc((nuint)(pointers + bytes));
        var list = (byte**)block;
        var next = block + pointers;
        var end = next + bytes;
        for (var i = 0; i < strings.Count; i++)
        {
            list[i] = next;
            next += Encoding.UTF8.GetBytes(strings[i], new Span<byte>(next, (int)(end - next)));
            *next++ = 0;
        }

        list[strings.Count] = null;
    }

    public byte** List => (byte**)block;

    public void Dispose() => NativeMemory.Free(block);
}
