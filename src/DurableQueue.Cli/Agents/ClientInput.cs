namespace DurableQueue.Cli.Agents;

/// <summary>Standard input of a client, which says when it has ended.</summary>
/// <param name="input">Standard input.</param>
/// <param name="ended">Cancelled at its end.</param>
internal sealed class ClientInput(Stream input, CancellationTokenSource ended) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // A read of a console cannot be cancelled; the process ends without it.
        var read = await input.ReadAsync(buffer, CancellationToken.None).AsTask().WaitAsync(cancellationToken);
        if (read == 0)
        {
            await ended.CancelAsync();
        }

        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
