using System.Text;
using System.Text.Json;
using Cistern.Tests.Ingest;
using Cistern.Tests.Query;

namespace Cistern.Tests.EndToEnd;

/// <summary>What the protocol allows a delivery to be, from the socket into the tables.</summary>
public class DeliveryTests(TestStore kind = TestStore.Embedded)
{
    [Fact]
    public async Task Attributes_of_64_KB_are_read_back()
    {
        await using var server = await RealServer.StartAsync(kind);

        // As many and as long as Firehose allows: 50 names of 256 characters with values of 1,024, one of them with everything that JSON and a header make difficult.
        var attributes = Enumerable.Range(0, 50).Select(number => ($"{number:00}-{new string('n', 253)}", $"{number:00}-{new string('v', 1_021)}")).ToArray();
        attributes[7].Item2 = "größe \"of\" a \\ value, 日本 😀" + new string('w', 900);
        var header = Attributes(attributes);
        Assert.InRange(Encoding.UTF8.GetByteCount(header), 64_000, 66_000);

        Protocol.AssertAnswer(await server.PostAsync("with-attributes", TestDeliveries.Body("with-attributes", ""), [$"X-Amz-Firehose-Common-Attributes: {header}"]), 200, "with-attributes");

        var stored = (await server.SqlAsync("SELECT attributes FROM deliveries")).Expect(200).Json.GetProperty("rows")[0][0];
        Assert.Equal(attributes, stored.EnumerateObject().Select(pair => (pair.Name, pair.Value.GetString()!)).OrderBy(pair => pair.Name, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Records_without_data_and_deliveries_without_records_are_rows_of_deliveries()
    {
        await using var server = await RealServer.StartAsync(kind);

        await server.DeliverAsync("no-data", "", "");
        await server.DeliverAsync("no-records");

        Assert.Equal(["""["no-data","",2,0,0]""", """["no-records","",0,0,0]"""], await server.RowsAsync("SELECT delivery_id, signal, records, rows, rejected FROM deliveries ORDER BY delivery_id"));
    }

    [Fact]
    public async Task Every_row_carries_what_its_delivery_says()
    {
        await using var server = await RealServer.StartAsync(kind);
        var sent = DateTimeOffset.UtcNow;

        await server.DeliverAsync("mixed", "a record that nobody can read", "1760000000\t203.0.113.7\t200\t1\tGET\texample.com\t/\t0.1\tcurl\t-\t-\n");

        var received = (await server.SqlAsync("SELECT received FROM requests")).Expect(200).Json.GetProperty("rows")[0][0].GetDateTimeOffset();
        Assert.InRange(received, sent.AddSeconds(-1), DateTimeOffset.UtcNow.AddSeconds(1));
        var expected = $"[\"{received:yyyy-MM-ddTHH:mm:ss.fffZ}\",\"mixed\",\"{RealServer.Stream}\"]";
        foreach (var table in new[] { "requests", "rejects", "deliveries" })
        {
            Assert.Equal([expected], await server.RowsAsync($"SELECT received, delivery_id, stream FROM {table}"));
        }

        Assert.Equal(
            ["""["requests","/firehose","all","127.0.0.1",2,1,1,0,"2025-10-09T08:54:20.000Z"]"""],
            await server.RowsAsync("SELECT signal, route, key, source_address, records, rows, rejected, repeats, sent_at FROM deliveries WHERE duration BETWEEN 0 AND 60"));
        Assert.Equal(["""[0,null,"unknown","a record that nobody can read","/firehose"]"""], await server.RowsAsync($"SELECT record_index, item_index, signal, {kind.Text("data")}, route FROM rejects"));
    }

    [Fact]
    public async Task A_repeated_delivery_is_answered_200_stores_nothing_and_is_counted()
    {
        await using var server = await RealServer.StartAsync(kind);
        const string Line = "1760000000\t203.0.113.7\t200\t1\tGET\texample.com\t/\t0.1\tcurl\t-\t-\n";

        await server.DeliverAsync("again", Line);
        await server.DeliverAsync("again", Line);
        await server.DeliverAsync("again", Line);
        Assert.Equal(401, (await server.PostAsync("refused", TestDeliveries.Body("refused", Line), "no-key", [])).Status);

        // Counts of the running minute become rows when it is over, or at a stop.
        await server.StopAsync();
        await server.StartAgainAsync();
        Assert.Equal(["[1]"], await server.RowsAsync("SELECT count(*) FROM requests"));
        Assert.Equal(["""["again",1]"""], await server.RowsAsync("SELECT delivery_id, rows FROM deliveries"));
        Assert.Equal(
            ["""["refused","","",1]""", $"[\"repeat\",\"{RealServer.Stream}\",\"all\",2]"],
            await server.RowsAsync("SELECT kind, stream, key, sum(count)::BIGINT FROM events GROUP BY ALL ORDER BY kind"));
    }

    private static string Attributes(params (string Name, string Value)[] attributes)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject("commonAttributes");
            foreach (var (name, value) in attributes)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }
}

public sealed class DeliveryOnClickHouseTests() : DeliveryTests(TestStore.ClickHouse);
