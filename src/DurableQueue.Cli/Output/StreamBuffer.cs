using System.Buffers;

namespace DurableQueue.Cli.Output;

/// <summary>Passes what a JSON writer writes on to a stream without flushing the stream.</summary>
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
