using System.Text.RegularExpressions;

namespace Cistern.Store.ClickHouse.Sql;

/// <summary>A node of a statement's tree as <c>EXPLAIN AST</c> writes it: one line a node, a blank deeper for each level.</summary>
/// <remarks>Aliases are not kept: nothing depends on what something is called. Names stand unescaped in the lines, so <see cref="QuotedText"/> has to have let the statement through before.</remarks>
internal sealed partial class SyntaxNode
{
    private readonly List<SyntaxNode> _children = [];

    private SyntaxNode(string kind, string name, SyntaxNode? parent) => (Kind, Name, Parent) = (kind, name, parent);

    /// <summary>For instance <c>Function</c> or <c>TableIdentifier</c>.</summary>
    public string Kind { get; }

    /// <summary>What stands behind the kind: the name of a function, a table or a column, the value of a literal.</summary>
    public string Name { get; }

    public SyntaxNode? Parent { get; }

    public IReadOnlyList<SyntaxNode> Children => _children;

    /// <summary>The function whose argument this is, and which; null if it is none.</summary>
    public (SyntaxNode Function, int Place)? ArgumentOf => Parent is { Kind: "ExpressionList", Parent: { Kind: "Function" } function } && function.Children[0] == Parent
        ? (function, Parent._children.IndexOf(this))
        : null;

    /// <summary>All nodes in the order of the lines; the first is the root.</summary>
    /// <exception cref="InvalidDataException">A line is not indented as lines of a tree are.</exception>
    public static IReadOnlyList<SyntaxNode> Read(IEnumerable<string> lines)
    {
        var (all, path) = (new List<SyntaxNode>(), new List<SyntaxNode>());
        foreach (var line in lines)
        {
            var depth = line.Length - line.AsSpan().TrimStart(' ').Length;
            if (depth > path.Count || (depth == 0 && all.Count > 0))
            {
                throw new InvalidDataException($"line {all.Count + 1} of the tree has no parent");
            }

            path.RemoveRange(depth, path.Count - depth);
            var parent = path.LastOrDefault();
            var (kind, name) = Split(Tail().Replace(line[depth..], ""));
            var node = new SyntaxNode(kind, name, parent);
            parent?._children.Add(node);
            path.Add(node);
            all.Add(node);
        }

        return all;
    }

    private static (string Kind, string Name) Split(string text)
    {
        var blank = text.IndexOf(' ', StringComparison.Ordinal);
        if (blank < 0)
        {
            return (text, "");
        }

        var (kind, name) = (text[..blank], text[(blank + 1)..]);
        var alias = kind == "Literal" ? -1 : name.IndexOf("(alias ", StringComparison.Ordinal);
        return (kind, alias < 0 ? name : name[..alias].TrimEnd());
    }

    [GeneratedRegex(@" \(children \d+\)$")]
    private static partial Regex Tail();
}
