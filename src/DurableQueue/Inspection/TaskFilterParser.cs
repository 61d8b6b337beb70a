namespace DurableQueue;

/// <summary>
/// Parses a query: <c>[conditions] [order by field [asc|desc]] [limit n]</c>. Depth and size are limited, so that its translation stays within the
/// limits of any store.
/// </summary>
/// <param name="query">The query.</param>
/// <param name="now">The current time.</param>
/// <param name="zone">The time zone of days and times of day.</param>
internal sealed class TaskFilterParser(string query, DateTimeOffset now, TimeZoneInfo zone)
{
    public const int MaxDepth = 20;
    public const int MaxTests = 200;
    public const int MaxValues = 10_000;

    private static readonly TaskFilterField[] Fields = Enum.GetValues<TaskFilterField>();

    private readonly TaskFilterScanner scanner = new(query);
    private int depth;
    private int tests;
    private int values;

    public TaskFilter Parse()
    {
        var condition = scanner.IsEnd || scanner.Is("order") || scanner.Is("limit") ? new TaskFilterNode.All([]) : ParseOr(negated: false);
        var (order, descending) = ParseOrder();
        var limit = ParseLimit();
        if (!scanner.IsEnd)
        {
            throw scanner.Error(WhatMayCome(order, limit));
        }

        return new TaskFilter(query, condition) { Order = order, Descending = descending, Limit = limit };
    }

    private string WhatMayCome(TaskFilterField? order, int? limit)
    {
        if (scanner.Is(")"))
        {
            return "this ')' has no matching '('";
        }

        if (limit is not null)
        {
            return $"expected the end after the limit, found {scanner.Name}";
        }

        if (order is not null)
        {
            return scanner.Is(",") ? "tasks can be ordered by one field only" : $"expected 'asc', 'desc' or 'limit', found {scanner.Name}";
        }

        return $"expected 'and', 'or', 'order by' or 'limit', found {scanner.Name} (put a text with spaces in single quotes)";
    }

    private (TaskFilterField? Field, bool Descending) ParseOrder()
    {
        if (!scanner.Take("order"))
        {
            return (null, false);
        }

        if (!scanner.Take("by"))
        {
            throw scanner.Error($"expected 'by' after 'order', found {scanner.Name}");
        }

        if (scanner.Is("after"))
        {
            throw scanner.Error("tasks can't be ordered by 'after', because a task may depend on many others");
        }

        var field = ParseField();
        var descending = scanner.Take("desc");
        if (!descending)
        {
            scanner.Take("asc");
        }

        return (field, descending);
    }

    private int? ParseLimit()
    {
        if (!scanner.Take("limit"))
        {
            return null;
        }

        if (!scanner.IsWord || !int.TryParse(scanner.Piece, out var limit) || limit < 1)
        {
            throw scanner.Error($"expected a number from 1 to {int.MaxValue} after 'limit', found {scanner.Name}");
        }

        scanner.Next();
        return limit;
    }

    private TaskFilterNode ParseOr(bool negated) => ParseJoined("or", negated, ParseAnd);

    private TaskFilterNode ParseAnd(bool negated) => ParseJoined("and", negated, ParseNot);

    /// <summary>Parses parts that are joined by one keyword. Under a "not", "and" and "or" are exchanged.</summary>
    private TaskFilterNode ParseJoined(string word, bool negated, Func<bool, TaskFilterNode> parsePart)
    {
        var parts = new List<TaskFilterNode> { parsePart(negated) };
        while (scanner.Take(word))
        {
            parts.Add(parsePart(negated));
        }

        if (parts.Count == 1)
        {
            return parts[0];
        }

        // Parts of the same kind join this list, so that the tree is only as deep as "and" and "or" alternate.
        return word == "and" != negated
            ? new TaskFilterNode.All([.. parts.SelectMany(part => part is TaskFilterNode.All all ? all.Parts : [part])])
            : new TaskFilterNode.Any([.. parts.SelectMany(part => part is TaskFilterNode.Any any ? any.Parts : [part])]);
    }

    private TaskFilterNode ParseNot(bool negated)
    {
        if (!scanner.Is("not") && !scanner.Is("("))
        {
            return ParseTest(negated);
        }

        if (depth == MaxDepth)
        {
            throw scanner.Error($"parentheses and 'not' are nested deeper than {MaxDepth}");
        }

        depth++;
        var node = scanner.Take("not") ? ParseNot(!negated) : ParseParentheses(negated);
        depth--;
        return node;
    }

    private TaskFilterNode ParseParentheses(bool negated)
    {
        var opened = scanner.Column;
        scanner.Next();
        var node = ParseOr(negated);
        return scanner.Take(")") ? node : throw scanner.Error($"the '(' at column {opened} is not closed; found {scanner.Name}");
    }

    private TaskFilterNode.Test ParseTest(bool negated)
    {
        if (++tests > MaxTests)
        {
            throw scanner.Error($"the query has more than {MaxTests} conditions");
        }

        var field = ParseField();
        var notIn = scanner.Take("not");
        if (notIn && !scanner.Is("in"))
        {
            throw scanner.Error($"expected 'in' after 'not', found {scanner.Name}");
        }

        if (scanner.Take("in"))
        {
            return ParseList(field, negated != notIn);
        }

        var column = scanner.Column;
        var (comparison, opposite) = ParseOperator(field);
        var read = new TaskFilterValues(scanner, field, now, zone);
        if (read.TakeNone())
        {
            return comparison == TaskFilterOperator.Equal
                ? new TaskFilterNode.Test(field, comparison) { IsNone = true, Negated = negated != opposite }
                : throw scanner.Error(column, "'none' can only be compared with = or !=");
        }

        CountValue();
        read.Take();
        return read.ToTest(comparison, negated != opposite);
    }

    private TaskFilterNode.Test ParseList(TaskFilterField field, bool negated)
    {
        var opened = scanner.Column;
        if (!scanner.Take("("))
        {
            throw scanner.Error($"expected '(' after 'in', found {scanner.Name}");
        }

        var read = new TaskFilterValues(scanner, field, now, zone);
        do
        {
            CountValue();
            read.Take();
        }
        while (scanner.Take(","));
        return scanner.Take(")")
            ? read.ToTest(TaskFilterOperator.Equal, negated)
            : throw scanner.Error($"expected ',' or ')' in the list at column {opened}, found {scanner.Name}");
    }

    private void CountValue()
    {
        if (++values > MaxValues)
        {
            throw scanner.Error($"the query has more than {MaxValues} values");
        }
    }

    private TaskFilterField ParseField()
    {
        foreach (var field in Fields)
        {
            if (scanner.IsWord && scanner.Take(TaskFilterValues.NameOf(field)))
            {
                return field;
            }
        }

        throw scanner.Error(
            $"{(scanner.IsWord ? $"unknown field {scanner.Name}" : $"expected a field, found {scanner.Name}")}; the fields are "
            + string.Join(", ", Fields.Select(TaskFilterValues.NameOf)));
    }

    private (TaskFilterOperator Operator, bool Negated) ParseOperator(TaskFilterField field)
    {
        var name = TaskFilterValues.NameOf(field);
        (TaskFilterOperator, bool)? found = scanner.IsQuoted ? null : scanner.Piece switch
        {
            "=" => (TaskFilterOperator.Equal, false),
            "!=" => (TaskFilterOperator.Equal, true),
            "<" => (TaskFilterOperator.Less, false),
            "<=" => (TaskFilterOperator.LessOrEqual, false),
            ">" => (TaskFilterOperator.Greater, false),
            ">=" => (TaskFilterOperator.GreaterOrEqual, false),
            "~" => (TaskFilterOperator.Contains, false),
            "==" => throw scanner.Error("use = instead of =="),
            "<>" => throw scanner.Error("use != instead of <>"),
            "=~" => throw scanner.Error("use ~ instead of =~"),
            "!~" => throw scanner.Error($"use 'not {name}~…' instead of {name}!~…"),
            _ => null,
        };
        var (comparison, negated) = found ?? throw scanner.Error($"expected one of = != < <= > >= ~ in after '{name}', found {scanner.Name}");
        if (!TaskFilterValues.Takes(field, comparison))
        {
            throw scanner.Error($"'{name}' can't be compared with {scanner.Piece}");
        }

        scanner.Next();
        return (comparison, negated);
    }
}
