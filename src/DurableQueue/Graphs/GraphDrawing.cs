using System.Globalization;
using System.Text;

namespace DurableQueue.Graphs;

/// <summary>Draws a valid graph as text.</summary>
internal sealed class GraphDrawing(IReadOnlyList<TaskGraphNode> nodes, GraphShape shape, IReadOnlyList<string> groups)
{
    public string Text()
    {
        var text = new StringBuilder();
        var oneGroup = groups.Distinct().Count() == 1;
        foreach (var index in shape.Order)
        {
            var node = nodes[index];
            text.Append(node.Name);
            if (!oneGroup)
            {
                text.Append(" [").Append(groups[index]).Append(']');
            }

            if (node.After.Count > 0)
            {
                text.Append(" after ").AppendJoin(", ", node.After.Select(dependency => dependency.On + (Condition(dependency) is { } when ? $" ({when})" : "")));
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    public string Mermaid()
    {
        var text = new StringBuilder("flowchart TD\n");
        DrawNodes(
            text,
            (index, indent) => text.Append(indent).Append(Id(index)).Append("[\"").Append(ForMermaid(nodes[index].Name)).Append("\"]\n"),
            (number, group) => text.Append(CultureInfo.InvariantCulture, $"  subgraph g{number}[\"{ForMermaid(group)}\"]\n"),
            () => text.Append("  end\n"));
        DrawEdges((parent, index, when) =>
            text.Append("  ").Append(Id(parent)).Append(" -->").Append(when is null ? "" : $"|{when}|").Append(' ').Append(Id(index)).Append('\n'));
        return text.ToString();
    }

    public string Dot()
    {
        var text = new StringBuilder("digraph tasks {\n");
        DrawNodes(
            text,
            (index, indent) => text.Append(indent).Append(Id(index)).Append(" [label=\"").Append(ForDot(nodes[index].Name)).Append("\"];\n"),
            (number, group) => text.Append(CultureInfo.InvariantCulture, $"  subgraph cluster{number} {{\n    label=\"{ForDot(group)}\";\n"),
            () => text.Append("  }\n"));
        DrawEdges((parent, index, when) =>
            text.Append("  ").Append(Id(parent)).Append(" -> ").Append(Id(index)).Append(when is null ? "" : $" [label=\"{when}\"]").Append(";\n"));
        return text.Append("}\n").ToString();
    }

    /// <summary>Draws the tasks in topological order, with a box for each group if there are several.</summary>
    private void DrawNodes(StringBuilder text, Action<int, string> draw, Action<int, string> open, Action close)
    {
        var byGroup = shape.Order.GroupBy(index => groups[index]).ToList();
        foreach (var (number, group) in byGroup.Index())
        {
            if (byGroup.Count > 1)
            {
                open(number, group.Key);
            }

            foreach (var index in group)
            {
                draw(index, byGroup.Count > 1 ? "    " : "  ");
            }

            if (byGroup.Count > 1)
            {
                close();
            }
        }
    }

    private void DrawEdges(Action<int, int, string?> draw)
    {
        var indexes = nodes.Index().ToDictionary(item => item.Item.Name, item => item.Index);
        foreach (var index in shape.Order)
        {
            foreach (var dependency in nodes[index].After)
            {
                draw(indexes[dependency.On], index, Condition(dependency));
            }
        }
    }

    private static string Id(int index) => string.Create(CultureInfo.InvariantCulture, $"t{index}");

    /// <summary>The condition, unless it is the default.</summary>
    private static string? Condition(TaskGraphDependency dependency) => dependency.When switch
    {
        DependencyCondition.Failed => "failed",
        DependencyCondition.Finished => "finished",
        _ => null,
    };

    /// <summary>Escapes all characters that have a meaning in Mermaid or HTML.</summary>
    private static string ForMermaid(string text)
    {
        var written = new StringBuilder();
        foreach (var c in text)
        {
            if (c is '"' or '#' or '&' or '<' or '>' or ';' or '`' or '\\')
            {
                written.Append(CultureInfo.InvariantCulture, $"#{(int)c};");
            }
            else
            {
                written.Append(c);
            }
        }

        return written.ToString();
    }

    private static string ForDot(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
