using System.Collections.Frozen;

namespace Cistern.DuckDb;

/// <summary>An error of DuckDB, with its text unchanged.</summary>
public sealed class DuckDbException : Exception
{
    // Where the library hands out only text (opening, preparing), the kind is read from how the text begins.
    private static readonly FrozenDictionary<string, DuckDbErrorKind> _kindsByPrefix = new Dictionary<string, DuckDbErrorKind>
    {
        ["Out of Range"] = DuckDbErrorKind.OutOfRange,
        ["Conversion"] = DuckDbErrorKind.Conversion,
        ["Mismatch Type"] = DuckDbErrorKind.MismatchType,
        ["Serialization"] = DuckDbErrorKind.Serialization,
        ["TransactionContext"] = DuckDbErrorKind.Transaction,
        ["Not implemented"] = DuckDbErrorKind.NotImplemented,
        ["Catalog"] = DuckDbErrorKind.Catalog,
        ["Parser"] = DuckDbErrorKind.Parser,
        ["Syntax"] = DuckDbErrorKind.Syntax,
        ["Constraint"] = DuckDbErrorKind.Constraint,
        ["Connection"] = DuckDbErrorKind.Connection,
        ["Settings"] = DuckDbErrorKind.Settings,
        ["Binder"] = DuckDbErrorKind.Binder,
        ["IO"] = DuckDbErrorKind.IO,
        ["INTERRUPT"] = DuckDbErrorKind.Interrupt,
        ["FATAL"] = DuckDbErrorKind.Fatal,
        ["INTERNAL"] = DuckDbErrorKind.Internal,
        ["Invalid Input"] = DuckDbErrorKind.InvalidInput,
        ["Out of Memory"] = DuckDbErrorKind.OutOfMemory,
        ["Permission"] = DuckDbErrorKind.Permission,
        ["Parameter Not Allowed"] = DuckDbErrorKind.ParameterNotAllowed,
        ["Dependency"] = DuckDbErrorKind.Dependency,
        ["HTTP"] = DuckDbErrorKind.Http,
        ["Missing Extension"] = DuckDbErrorKind.MissingExtension,
        ["Extension Autoloading"] = DuckDbErrorKind.Autoload,
        ["Sequence"] = DuckDbErrorKind.Sequence,
        ["Invalid Configuration"] = DuckDbErrorKind.InvalidConfiguration,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    internal DuckDbException(DuckDbErrorKind kind, string message)
        : base(message) => Kind = kind;

    public DuckDbErrorKind Kind { get; }

    internal static DuckDbException FromText(string text)
    {
        var end = text.IndexOf(" Error: ", StringComparison.Ordinal);
        return new DuckDbException(end < 0 ? DuckDbErrorKind.Invalid : _kindsByPrefix.GetValueOrDefault(text[..end]), text);
    }
}
