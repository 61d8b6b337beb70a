namespace DurableQueue.Sqlite;

/// <summary>Numbers the states of the queue, as far as this queue object looks at them.</summary>
/// <param name="reader">A single connection: <c>data_version</c> says only to one connection that others have committed.</param>
/// <param name="first">The number before the first. A later queue object should begin with a higher one.</param>
internal sealed class ChangeNumber(Readers reader, long first)
{
    private const string SelectVersion = "PRAGMA data_version";

    private long number = first;
    private long? version;

    /// <summary>Reads the number: it has risen if anything was committed since the last read.</summary>
    public ValueTask<long> ReadAsync(CancellationToken cancellationToken) =>
        reader.ReadAsync(
            connection =>
            {
                var read = connection.ReadNumber(SelectVersion);
                if (read != version)
                {
                    version = read;
                    number++;
                }

                return number;
            },
            cancellationToken);
}
