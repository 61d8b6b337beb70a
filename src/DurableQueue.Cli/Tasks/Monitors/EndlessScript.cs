namespace DurableQueue.Cli.Tasks.Monitors;

/// <summary>
/// Finds shell lines that cannot end by themselves, so that nothing waits for them forever: a program that only watches, or a loop without an end.
/// Whatever is not understood, or might end, is taken to end.
/// </summary>
internal sealed class EndlessScript
{
    private static readonly string[] Ends = ["break", "exit", "return", "exec", "kill"];
    private static readonly string[] ListEnds = ["do", "done", "then", "elif", "else", "fi", "esac", "}"];

    private readonly IReadOnlyList<ShellToken> tokens;
    private int at;

    private EndlessScript(IReadOnlyList<ShellToken> tokens) => this.tokens = tokens;

    /// <summary>Whether a line of a shell cannot end by itself.</summary>
    public static bool Is(string line)
    {
        if (ShellLexer.Read(line) is not { } tokens)
        {
            return false;
        }

        var script = new EndlessScript(tokens);
        return script.TryReadList(out var endless) && script.at == tokens.Count && endless;
    }

    private bool IsAtOperator(string text) => at < tokens.Count && tokens[at].IsOperatorOf(text);

    private bool TryTakeKeyword(string text)
    {
        var found = at < tokens.Count && tokens[at].IsKeyword(text);
        at += found ? 1 : 0;
        return found;
    }

    /// <summary>Commands one after the other, up to a keyword or a parenthesis that ends them. What runs in the background is not waited for.</summary>
    private bool TryReadList(out bool endless)
    {
        endless = false;
        while (at < tokens.Count)
        {
            if (IsAtOperator(";"))
            {
                at++;
                continue;
            }

            if (IsAtOperator(")") || ListEnds.Any(end => tokens[at].IsKeyword(end)))
            {
                return true;
            }

            if (!TryReadChain(out var chainIsEndless))
            {
                return false;
            }

            if (IsAtOperator("&"))
            {
                at++;
            }
            else
            {
                endless |= chainIsEndless;
            }
        }

        return true;
    }

    /// <summary>Pipelines with <c>&amp;&amp;</c> and <c>||</c> between them.</summary>
    private bool TryReadChain(out bool endless)
    {
        endless = false;
        while (true)
        {
            if (!TryReadPipeline(out var pipelineIsEndless))
            {
                return false;
            }

            endless |= pipelineIsEndless;
            if (!IsAtOperator("&&") && !IsAtOperator("||"))
            {
                return true;
            }

            at++;
        }
    }

    /// <summary>It goes on for ever if one of its commands does, and those behind it read on until the end of their input.</summary>
    private bool TryReadPipeline(out bool endless)
    {
        endless = false;
        while (true)
        {
            while (TryTakeKeyword("!"))
            {
            }

            if (!TryReadCommand(out var commandIsEndless, out var readsOn))
            {
                return false;
            }

            endless = commandIsEndless || (endless && readsOn);
            if (!IsAtOperator("|"))
            {
                return true;
            }

            at++;
        }
    }

    private bool TryReadCommand(out bool endless, out bool readsOn)
    {
        readsOn = false;
        endless = false;
        if (at == tokens.Count)
        {
            return false;
        }

        if (IsAtOperator("("))
        {
            at++;
            if (!TryReadList(out endless) || !IsAtOperator(")"))
            {
                return false;
            }

            at++;
            return true;
        }

        if (tokens[at].IsOperator || tokens[at].IsKeyword("case") || tokens[at].IsKeyword("function") || tokens[at].IsKeyword("select"))
        {
            return false;
        }

        return TryTakeKeyword("{") ? TryReadList(out endless) && TryTakeKeyword("}")
            : TryTakeKeyword("while") ? TryReadLoop(IsAlwaysTrue, out endless, out readsOn)
            : TryTakeKeyword("until") ? TryReadLoop(condition => condition is ["false"], out endless, out _)
            : TryTakeKeyword("for") ? TryReadFor(out endless)
            : TryTakeKeyword("if") ? TryReadIf(out endless)
            : TryReadSimple(out endless, out readsOn);
    }

    private bool TryReadLoop(Func<IReadOnlyList<string>, bool> isForever, out bool endless, out bool readsOn)
    {
        readsOn = false;
        var first = at;
        if (!TryReadList(out endless))
        {
            return false;
        }

        var condition = tokens.Skip(first).Take(at - first).Where(token => !token.IsOperatorOf(";")).Select(token => token.Text).ToList();
        if (!TryReadBody(isForever(condition), ref endless, out var mayEnd))
        {
            return false;
        }

        readsOn = condition is ["read", ..] && !mayEnd;
        return true;
    }

    private static bool IsAlwaysTrue(IReadOnlyList<string> condition) => condition is ["true"] or [":"] or ["((1))"] or ["[", "1", "]"] or ["sleep", _];

    private bool TryReadFor(out bool endless)
    {
        endless = false;
        var isForever = at < tokens.Count && tokens[at].Text.StartsWith("((", StringComparison.Ordinal) && tokens[at].Text.Split(';') is [_, var condition, _]
            && string.IsNullOrWhiteSpace(condition);
        while (at < tokens.Count && !tokens[at].IsKeyword("do"))
        {
            at++;
        }

        return TryReadBody(isForever, ref endless, out _);
    }

    /// <summary>From <c>do</c> to <c>done</c>.</summary>
    private bool TryReadBody(bool isForever, ref bool endless, out bool mayEnd)
    {
        mayEnd = true;
        if (!TryTakeKeyword("do"))
        {
            return false;
        }

        var first = at;
        if (!TryReadList(out var bodyIsEndless))
        {
            return false;
        }

        // With 'set -e' anything may end it.
        mayEnd = tokens.Skip(first).Take(at - first).Any(token => Ends.Any(token.IsKeyword)) || tokens.Any(token => token.IsKeyword("set"));
        endless |= bodyIsEndless || (isForever && !mayEnd);
        return TryTakeKeyword("done");
    }

    private bool TryReadIf(out bool endless)
    {
        if (!TryReadList(out endless) || !TryTakeKeyword("then"))
        {
            return false;
        }

        while (true)
        {
            if (!TryReadList(out var partIsEndless))
            {
                return false;
            }

            endless |= partIsEndless;
            if (TryTakeKeyword("fi"))
            {
                return true;
            }

            if (!TryTakeKeyword("elif") && !TryTakeKeyword("else") && !TryTakeKeyword("then"))
            {
                return false;
            }
        }
    }

    private bool TryReadSimple(out bool endless, out bool readsOn)
    {
        var words = new List<string>();
        while (at < tokens.Count && !tokens[at].IsOperator)
        {
            words.Add(tokens[at++].Text);
        }

        // Behind a name, it is the definition of a function.
        endless = MonitorPrograms.AreEndless(words);
        readsOn = MonitorPrograms.ReadOn(words);
        return !IsAtOperator("(");
    }
}
