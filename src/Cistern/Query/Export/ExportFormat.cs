using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cistern.Query.Api;
using Cistern.Query.Catalogue;
using Cistern.Store;

namespace Cistern.Query.Export;

/// <summary>How an export writes rows.</summary>
internal abstract class ExportFormat(string name, string contentType)
{
    public static ExportFormat Csv { get; } = new CsvFormat();

    public static ExportFormat NdJson { get; } = new NdJsonFormat();

    /// <summary>The value of <c>format</c> and the end of the file's name.</summary>
    public string Name { get; } = name;

    public string ContentType { get; } = contentType;

    public static QueryProblem? Find(string? name, out ExportFormat format)
    {
        format = name == NdJson.Name ? NdJson : Csv;
        return name is null || name == format.Name
            ? null
            : new(QueryFault.ParameterInvalid, $"cannot export as '{name}': use {Csv.Name} or {NdJson.Name}");
    }

    /// <summary>What stands before the rows.</summary>
    public abstract void Begin(IBufferWriter<byte> buffer, IReadOnlyList<QueryField> columns);

    public abstract void Write(IBufferWriter<byte> buffer, IReadOnlyList<QueryField> columns, IQueryResult row);

    private sealed class CsvFormat() : ExportFormat("csv", "text/csv; charset=utf-8")
    {
        public override void Begin(IBufferWriter<byte> buffer, IReadOnlyList<QueryField> columns) =>
            CsvText.WriteLine(buffer, columns.Select(column => CsvText.Field(column.Name, guarded: true)));

        public override void Write(IBufferWriter<byte> buffer, IReadOnlyList<QueryField> columns, IQueryResult row) =>
            CsvText.WriteLine(buffer, columns.Select((_, place) => CsvText.Field(row[place], guarded: true)));
    }

    private sealed class NdJsonFormat() : ExportFormat("ndjson", "application/x-ndjson")
    {
        private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

        public override void Begin(IBufferWriter<byte> buffer, IReadOnlyList<QueryField> columns)
        {
        }

        public override void Write(IBufferWriter<byte> buffer, IReadOnlyList<QueryField> columns, IQueryResult row)
        {
            using (var writer = new Utf8JsonWriter(buffer, Relaxed))
            {
                writer.WriteStartObject();
                for (var place = 0; place < columns.Count; place++)
                {
                    writer.WritePropertyName(columns[place].Name);
                    JsonValues.Write(writer, row[place]);
                }

                writer.WriteEndObject();
            }

            buffer.Write("\n"u8);
        }
    }
}
