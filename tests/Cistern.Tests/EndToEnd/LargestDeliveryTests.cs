using System.Text;
using Cistern.Tests.Ingest;
using Cistern.Tests.Query;
using CloudFrontLines = Cistern.Tests.Store.TestDeliveries;

namespace Cistern.Tests.EndToEnd;

/// <summary>As much as Firehose puts into one delivery, from the socket into the tables; into those of ClickHouse once, for it takes long.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class LargestDeliveryTests
{
    private const int RecordsMax = 10_000;
    private const int LinesARecord = 26;

    private static readonly DateTimeOffset Start = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(TestStore.Embedded, false)]
    [InlineData(TestStore.Embedded, true)]
    [InlineData(TestStore.ClickHouse, true)]
    public async Task Ten_thousand_records_of_64_MiB_together_are_one_delivery_and_each_line_is_a_row(TestStore kind, bool gzip)
    {
        await using var server = await RealServer.StartAsync(kind);
        var records = Enumerable.Range(0, RecordsMax).Select(Record).ToArray();
        Assert.InRange(records.Sum(record => (long)record.Length), 61L << 20, 64L << 20);
        var body = TestDeliveries.Body("large", records);
        body = gzip ? TestDeliveries.Gzip(body) : body;

        var answer = await server.PostAsync("large", body, [$"X-Amz-Firehose-Common-Attributes: {{\"commonAttributes\":{{\"cloudfront-fields\":\"{CloudFrontLines.Fields}\"}}}}", .. gzip ? ["Content-Encoding: gzip"] : Array.Empty<string>()]);

        Protocol.AssertAnswer(answer, 200, "large");
        const int Rows = RecordsMax * LinesARecord;
        Assert.Equal([$"[{RecordsMax},{Rows},0,0,{body.Length}]"], await server.RowsAsync("SELECT records, rows, rejected, repeats, bytes FROM deliveries"));
        Assert.Equal(
            [$"[{Rows},{Rows},\"2026-11-20T00:00:00.000Z\",\"2026-11-20T{TimeSpan.FromMilliseconds(Rows - 1):hh\\:mm\\:ss\\.fff}Z\"]"],
            await server.RowsAsync("SELECT count(*), count(DISTINCT request_id), min(time), max(time) FROM requests"));
        Assert.Equal(0, await server.CountAsync("SELECT count(*) FROM rejects"));
    }

    private static byte[] Record(int number)
    {
        var record = new StringBuilder();
        for (var line = number * LinesARecord; line < (number + 1) * LinesARecord; line++)
        {
            record.Append(CloudFrontLines.Line(Start.AddMilliseconds(line), $"request {line}", $"/a/path/of/a/file/number/{line % 1_000}/with/a/name/of/some/length/{line}.html")).Append('\n');
        }

        return Encoding.UTF8.GetBytes(record.ToString());
    }
}
