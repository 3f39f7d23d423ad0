using System.Globalization;
using System.Text;
using Cistern.Formats;
using Cistern.Formats.Columns;

namespace Cistern.Tests.Documents;

public sealed class SchemaPageTests
{
    private const string Begin = "<!-- tables: made from src/Cistern.Formats/Tables.cs -->";

    /// <summary>If this fails, run it with CISTERN_UPDATE_DOCS=1 and look at what changed: names and places of columns never change once shipped.</summary>
    [Fact]
    public void The_documentation_lists_every_column_as_it_is() => MadePart.AssertIs("schema.md", Begin, Write());

    private static string Write()
    {
        var text = new StringBuilder("\n");
        foreach (var table in Tables.All)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {table.Name}\n\n| column | type | meaning |\n|---|---|---|\n");
            foreach (var column in table.Columns.Where(column => column.Name != "request_id_text"))
            {
                text.Append(CultureInfo.InvariantCulture, $"| `{column.Name}` | {TypeOf(column)} | {column.Description} |\n");
            }
        }

        return text.ToString();
    }

    private static string TypeOf(ColumnSpec column) => column.Name == "request_id" ? "VARCHAR" : column.Type switch
    {
        ColumnType.Boolean => "BOOLEAN",
        ColumnType.Int32 => "INTEGER",
        ColumnType.Int64 => "BIGINT",
        ColumnType.Double => "DOUBLE",
        ColumnType.Timestamp => "TIMESTAMP",
        ColumnType.Text => "VARCHAR",
        ColumnType.Blob => "BLOB",
        ColumnType.TextMap => "MAP(VARCHAR, VARCHAR)",
        ColumnType.DoubleMap => "MAP(VARCHAR, DOUBLE)",
    };
}
