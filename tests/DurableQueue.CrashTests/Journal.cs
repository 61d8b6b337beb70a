using System.Globalization;

namespace DurableQueue.CrashTests;

/// <summary>What all children tried, and what the queue has acknowledged to them, read from their pipes.</summary>
internal sealed class Journal
{
    private readonly Lock sync = new();
    private readonly Dictionary<long, TaskStory> stories = [];
    private readonly Dictionary<string, int> unanswered = [];
    private readonly HashSet<string> tried = [];
    private readonly List<string> trouble = [];
    private long acknowledged;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Acknowledged calls.</summary>
    public long Acknowledged => Interlocked.Read(ref acknowledged);

    public void Read(string line)
    {
        var words = line.Split(' ');
        lock (sync)
        {
            switch (words[0])
            {
                case "?":
                    ReadTry(words);
                    break;
                case "+":
                    ReadAnswer(words, line);
                    acknowledged++;
                    changed.TrySetResult();
                    changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    break;
                case "error":
                    trouble.Add(line);
                    break;
            }
        }
    }

    /// <summary>What the processes say went wrong.</summary>
    public string Trouble
    {
        get
        {
            lock (sync)
            {
                return string.Join('\n', trouble);
            }
        }
    }

    /// <summary>Waits until this many calls have been acknowledged.</summary>
    public async Task WaitForAsync(long count, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task next;
            lock (sync)
            {
                if (acknowledged >= count)
                {
                    return;
                }

                next = changed.Task;
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Looks at everything while nothing is added.</summary>
    public T Look<T>(Func<JournalView, T> look)
    {
        lock (sync)
        {
            return look(new JournalView(stories, unanswered, tried, trouble));
        }
    }

    /// <summary>What is known to be on record at this moment: later lines change the stories, not this list.</summary>
    public JournalCut Cut() => Look(view => new JournalCut(
        view.Stories.Where(story => story.Value.Key is not null).Select(story => story.Key).ToHashSet(),
        view.Stories.Where(story => story.Value.Completed is not null).ToDictionary(story => story.Key, story => story.Value.Completed!.Value),
        view.Stories.SelectMany(story => story.Value.Failed.Select(token => (story.Key, token))).ToHashSet()));

    /// <summary>Tasks that are gone need no story any more, and calls without an answer will get none.</summary>
    public void ForgetAllBut(HashSet<long> left)
    {
        lock (sync)
        {
            foreach (var (id, story) in stories.Where(story => !left.Contains(story.Key)).ToList())
            {
                stories.Remove(id);
                if (story.Key is { } key)
                {
                    tried.Remove(key);
                }
            }

            unanswered.Clear();
        }
    }

    /// <summary>The answer to an enqueue that was repeated under its dedup key.</summary>
    public void Answer(string list, long id) => Read($"+ enqueue {list} {id}");

    private void ReadTry(string[] words)
    {
        switch (words[1])
        {
            case "enqueue":
                var count = int.Parse(words[3], CultureInfo.InvariantCulture);
                unanswered.Add(words[2], count);
                tried.UnionWith(Enumerable.Range(0, count).Select(index => $"{words[2]}/{index}"));
                break;
            case "complete":
                Story(words).CompleteTried.Add(Token(words));
                break;
            case "fail":
                Story(words).FailTried[Token(words)] = words[4] == "True";
                break;
            case "checkpoint":
                Story(words).CheckpointTried.Add(Token(words));
                break;
            case "cancel":
                Story(words).CancelTried = true;
                break;
            case "retry":
                Story(words).RetryTried = true;
                break;
        }
    }

    private void ReadAnswer(string[] words, string line)
    {
        switch (words[1])
        {
            case "enqueue":
                unanswered.Remove(words[2]);
                for (var index = 0; index < words.Length - 3; index++)
                {
                    Story(words, 3 + index).Key = $"{words[2]}/{index}";
                }

                break;
            case "checkout" when !Story(words).CheckedOut.Add(Token(words)):
                trouble.Add($"duplicated: {line}: this lease was given before");
                break;
            case "complete" when words[4] == "True":
                if (Story(words).Completed is { } before)
                {
                    trouble.Add($"duplicated: {line}: completed before with token {before}");
                }

                Story(words).Completed = Token(words);
                break;
            case "fail" when words[4] == "True":
                Story(words).Failed.Add(Token(words));
                break;
            case "release" when words[4] == "True":
                Story(words).Released.Add(Token(words));
                break;
            case "checkpoint" when words[4] == "True":
                Story(words).Checkpointed = Math.Max(Story(words).Checkpointed, Token(words));
                break;
            case "cancel" when words[3] == "Cancelled":
                Story(words).Cancelled = true;
                break;
        }
    }

    private TaskStory Story(string[] words, int at = 2)
    {
        var id = long.Parse(words[at], CultureInfo.InvariantCulture);
        if (!stories.TryGetValue(id, out var story))
        {
            story = new TaskStory();
            stories.Add(id, story);
        }

        return story;
    }

    private static long Token(string[] words) => long.Parse(words[3], CultureInfo.InvariantCulture);
}
