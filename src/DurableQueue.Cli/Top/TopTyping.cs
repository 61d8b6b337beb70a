namespace DurableQueue.Cli.Top;

/// <summary>The keys while a line is being typed.</summary>
internal static class TopTyping
{
    /// <returns>Whether there is a new filter.</returns>
    public static bool TypeFilter(TopState state, LineInput input, ConsoleKeyInfo key, TimeProvider time)
    {
        switch (key.Key)
        {
            case ConsoleKey.Escape:
                state.FilterInput = null;
                return false;
            case ConsoleKey.Enter:
                try
                {
                    state.Filter = string.IsNullOrWhiteSpace(input.Text) ? null : TaskFilter.Parse(input.Text, time);
                    state.FilterInput = null;
                    return true;
                }
                catch (TaskFilterException e)
                {
                    input.Error = $"column {e.Column}: {e.Reason}";
                    return false;
                }

            default:
                input.Type(key);
                return false;
        }
    }

    /// <returns>Whether there is a text to search for.</returns>
    public static bool TypeSearch(TopState state, LineInput input, ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.Escape:
                (state.SearchInput, state.Sought) = (null, "");
                return false;
            case ConsoleKey.Enter:
                (state.SearchInput, state.Sought) = (null, input.Text);
                return true;
            default:
                input.Type(key);
                return false;
        }
    }
}
