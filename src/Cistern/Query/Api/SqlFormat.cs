using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cistern.Query.Model;
using Cistern.Store;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Cistern.Query.Api;

/// <summary>What a result of <c>/api/sql</c> can be written as.</summary>
internal enum SqlFormat
{
    Json = 1,
    Csv = 2,

    /// <summary>One JSON object a line.</summary>
    NdJson = 3,
}

/// <summary>Chooses a format by <c>Accept</c> and writes a result in it.</summary>
internal static class SqlFormats
{
    private static readonly (string MediaType, SqlFormat Format)[] Known =
        [("application/json", SqlFormat.Json), ("text/csv", SqlFormat.Csv), ("application/x-ndjson", SqlFormat.NdJson)];

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static QueryProblem? Choose(StringValues accept, out SqlFormat format)
    {
        format = SqlFormat.Json;
        if (accept.Count == 0 || !MediaTypeHeaderValue.TryParseList([.. accept.OfType<string>()], out var wanted))
        {
            return null;
        }

        foreach (var type in wanted.OrderByDescending(type => type.Quality ?? 1).Where(type => type.Quality is not 0))
        {
            var found = Known.FirstOrDefault(known => Takes(type, known.MediaType));
            if (found.MediaType is not null)
            {
                format = found.Format;
                return null;
            }
        }

        return new(QueryFault.NotAcceptable, $"cannot answer as '{accept}': use Accept with one of {string.Join(", ", Known.Select(known => known.MediaType))}");
    }

    public static Answer Write(IQueryResult result, StoreTraits traits, SqlFormat format, Func<TimeSpan> elapsed) => format switch
    {
        SqlFormat.Json => WriteJson(result, traits, elapsed),
        SqlFormat.Csv => WriteCsv(result),
        SqlFormat.NdJson => WriteNdJson(result),
    };

    private static bool Takes(MediaTypeHeaderValue wanted, string mediaType) =>
        wanted.MatchesAllTypes || (wanted.MatchesAllSubTypes && mediaType.StartsWith($"{wanted.Type}/", StringComparison.OrdinalIgnoreCase))
        || wanted.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase);

    private static Answer WriteJson(IQueryResult result, StoreTraits traits, Func<TimeSpan> elapsed)
    {
        using var body = new AnswerBody();
        body.Writer.WriteStartObject();
        body.WriteColumns(result.Columns.Select((column, place) => new AnswerColumn(column.Name, AnswerColumns.TypeOf(column.Kind), null, place)));
        body.Writer.WriteStartArray("rows"u8);
        var rows = 0L;
        while (!body.IsTooLarge && result.Read())
        {
            rows++;
            body.Writer.WriteStartArray();
            for (var column = 0; column < result.Columns.Count; column++)
            {
                JsonValues.Write(body.Writer, result[column]);
            }

            body.Writer.WriteEndArray();
        }

        body.Writer.WriteEndArray();
        body.BeginMeta(traits, result.SnapshotRows, elapsed(), period: null);
        body.Writer.WriteNumber("rows"u8, rows);
        body.Writer.WriteEndObject();
        body.Writer.WriteEndObject();
        return body.ToAnswer();
    }

    private static Answer WriteNdJson(IQueryResult result)
    {
        var names = UniqueNames(result.Columns);
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, Relaxed);
        while (buffer.WrittenCount <= QueryBounds.AnswerBytesMax && result.Read())
        {
            writer.WriteStartObject();
            for (var column = 0; column < names.Length; column++)
            {
                writer.WritePropertyName(names[column]);
                JsonValues.Write(writer, result[column]);
            }

            writer.WriteEndObject();
            writer.Flush();
            writer.Reset();
            buffer.Write("\n"u8);
        }

        return Finish(buffer, "application/x-ndjson");
    }

    private static Answer WriteCsv(IQueryResult result)
    {
        var buffer = new ArrayBufferWriter<byte>();
        CsvText.WriteLine(buffer, result.Columns.Select(column => CsvText.Field(column.Name, guarded: false)));
        while (buffer.WrittenCount <= QueryBounds.AnswerBytesMax && result.Read())
        {
            CsvText.WriteLine(buffer, Enumerable.Range(0, result.Columns.Count).Select(column => CsvText.Field(result[column], guarded: false)));
        }

        return Finish(buffer, "text/csv; charset=utf-8");
    }

    private static Answer Finish(ArrayBufferWriter<byte> buffer, string contentType) => buffer.WrittenCount > QueryBounds.AnswerBytesMax
        ? Answer.Refused(AnswerBody.TooLarge)
        : Answer.Of(buffer.WrittenMemory, contentType);

    // An object cannot hold two members of one name; SELECT 1, 1 has two columns of one.
    private static string[] UniqueNames(IReadOnlyList<ResultColumn> columns)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        return [.. columns.Select(column =>
        {
            var name = column.Name;
            for (var count = 2; !taken.Add(name); count++)
            {
                name = string.Create(CultureInfo.InvariantCulture, $"{column.Name}_{count}");
            }

            return name;
        })];
    }
}
