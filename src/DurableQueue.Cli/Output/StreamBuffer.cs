using System.Buffers;

namespace DurableQueue.Cli.Output;

/// <summary>Passes on to a stream what a JSON writer has written, a piece at a time, and leaves it to others when the stream is flushed.</summary>
internal sealed class StreamBuffer(Stream stream) : IBufferWriter<byte>
{
    private const int PieceSize = 16 * 1024;

    private byte[] piece = new byte[PieceSize];

    public void Advance(int count) => stream.Write(piece, 0, count);

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (piece.Length < sizeHint)
        {
            piece = new byte[sizeHint];
        }

        return piece;
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
}
