using System.Globalization;
using System.Text;
using Cistern.Query.Model;
using Cistern.Store;

namespace Cistern.Query.Sql;

/// <summary>What a statement is written with: the engine's dialect, the parameters so far, and the time zone's offsets in the range.</summary>
/// <remarks>A value that a user gave becomes a parameter here and nowhere a part of the text.</remarks>
internal sealed class SqlScope(SqlDialect dialect, IReadOnlyList<ZonePiece> zone)
{
    private readonly List<object?> _parameters = [];

    public SqlDialect Dialect { get; } = dialect;

    public IReadOnlyList<object?> Parameters => _parameters;

    /// <summary>Adds a value and gives the text that stands for it.</summary>
    public string Parameter(object? value)
    {
        _parameters.Add(value);
        return Dialect.Parameter(_parameters.Count);
    }

    public string Column(string name) => Dialect.Identifier(name);

    /// <summary>A moment as microseconds of the wall clock in the question's time zone.</summary>
    public string LocalMicroseconds(string time)
    {
        var utc = Dialect.Microseconds(time);
        if (zone.Count == 1)
        {
            return $"({utc} + {Text(zone[0].Offset)})";
        }

        var text = new StringBuilder($"({utc} + CASE");
        for (var index = 1; index < zone.Count; index++)
        {
            text.Append(CultureInfo.InvariantCulture, $" WHEN {utc} < {Moments.Microseconds(zone[index].From)} THEN {Text(zone[index - 1].Offset)}");
        }

        return text.Append(CultureInfo.InvariantCulture, $" ELSE {Text(zone[^1].Offset)} END)").ToString();
    }

    private static string Text(TimeSpan offset) => (offset.Ticks / TimeSpan.TicksPerMicrosecond).ToString(CultureInfo.InvariantCulture);
}
