namespace DurableQueue.Dashboard.Queues;

/// <summary>
/// Answers that several viewers get: read once for each question and change, and for a second at most, since some of what is in them (who is alive,
/// what is due) changes without a commit.
/// </summary>
internal sealed class SharedAnswers(ChangeFeed feed, TimeProvider time)
{
    private const int Most = 64;
    private static readonly TimeSpan LongestAge = TimeSpan.FromSeconds(1);

    private readonly Lock sync = new();
    private readonly Dictionary<string, Answer> answers = new(StringComparer.Ordinal);
    private long change;

    /// <param name="question">The whole question, with everything that the answer depends on.</param>
    /// <param name="read">Reads the answer. It is not cancelled when one viewer leaves: others may wait for it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<byte[]> GetAsync(string question, Func<CancellationToken, Task<byte[]>> read, CancellationToken cancellationToken)
    {
        if (!feed.IsLive)
        {
            // Nobody would notice that it is old; and whoever compares the numbers of two answers has to look at both.
            feed.MarkChanged();
            return read(cancellationToken);
        }

        Answer answer;
        lock (sync)
        {
            var now = feed.Change;
            if (now != change || answers.Count >= Most)
            {
                answers.Clear();
                change = now;
            }

            if (!answers.TryGetValue(question, out answer!) || time.GetElapsedTime(answer.At) > LongestAge || answer.Bytes.IsFaulted)
            {
                answer = new Answer(time.GetTimestamp(), Task.Run(() => read(CancellationToken.None), CancellationToken.None));
                answers[question] = answer;
            }
        }

        return answer.Bytes.WaitAsync(cancellationToken);
    }

    private sealed record Answer(long At, Task<byte[]> Bytes);
}
