using System.Runtime.InteropServices;
using System.Text;

namespace DurableQueue.Processes.Linux;

/// <summary>Strings for the C library: one block of memory with a null-terminated list of pointers.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private readonly byte* block;

    public NativeStrings(IReadOnlyList<string> strings)
        : this([.. strings.Select(Encoding.UTF8.GetBytes)])
    {
    }

    /// <param name="strings">The strings without their terminating zero; the bytes need not be text.</param>
    public NativeStrings(IReadOnlyList<byte[]> strings)
    {
        var bytes = strings.Sum(text => text.Length + 1);
        var pointers = (strings.Count + 1) * sizeof(byte*);
        block = (byte*)NativeMemory.Alloc((nuint)(pointers + bytes));
        var list = (byte**)block;
        var next = block + pointers;
        for (var i = 0; i < strings.Count; i++)
        {
            list[i] = next;
            strings[i].CopyTo(new Span<byte>(next, strings[i].Length));
            next += strings[i].Length;
            *next++ = 0;
        }

        list[strings.Count] = null;
    }

    public byte** List => (byte**)block;

    public void Dispose() => NativeMemory.Free(block);
}
