using System.Buffers;
using System.Globalization;
using Cistern.Enrich;
using Cistern.Enrich.Rules;
using Cistern.Formats.Deliveries;
using Cistern.Tests.Formats;

namespace Cistern.Tests.Enrich;

public sealed class EnricherTests
{
    private const string GptBot = "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; GPTBot/1.4; +https://openai.com/gptbot";
    private const string Chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";

    [Fact]
    public void Rows_have_the_columns_of_the_rules()
    {
        var rows = EnrichedRow.Decode(
            RuleStore.Own,
            EnrichedRow.Context,
            new EnrichedRow { UserAgent = GptBot, Path = "/robots.txt", ContentType = "text/plain" },
            new EnrichedRow { UserAgent = Chrome, Referer = "https://chatgpt.com/", Path = "/a" },
            new EnrichedRow { Path = "/a.png", ContentType = "image/png", Query = "utm_source=perplexity" }).Requests;

        Assert.Equal("machine training GPTBot OpenAI none ", Columns(Rows.Of(rows, 0)));
        Assert.Equal("page human-like  OpenAI none ChatGPT", Columns(Rows.Of(rows, 1)));
        Assert.Equal("asset empty  Perplexity none Perplexity", Columns(Rows.Of(rows, 2)));
    }

    [Fact]
    public void Rows_are_enriched_once_and_before_a_part_of_them_is_handed_over()
    {
        EnrichedRow[] sent = [.. Enumerable.Range(0, 20_000).Select(number => new EnrichedRow { UserAgent = number % 3 == 0 ? GptBot : Chrome, Path = "/" + new string('x', 400) + number.ToString(CultureInfo.InvariantCulture) })];
        List<string> taken = [];
        var into = new DecodedDelivery { Full = part => taken.AddRange(Enumerable.Range(0, part.Requests.RowCount).Select(row => Columns(Rows.Of(part.Requests, row)))) };
        Assert.Null(new EnrichingDecoder(RuleStore.Own).Decode(EnrichedRow.Context, new ReadOnlySequence<byte>(Bodies.Envelope([.. sent.Select(row => row.Line)])), into));
        Assert.InRange(taken.Count, 1, sent.Length - 1);
        into.HandOver();

        Assert.Equal(sent.Select(row => row.UserAgent == GptBot ? "page training GPTBot OpenAI none " : "page human-like   none "), taken);
    }

    [Fact]
    public void A_row_costs_no_allocation()
    {
        var rows = new Enricher(RuleStore.Own);
        EnrichedRow[] sent = [.. Enumerable.Range(0, 2000).Select(number => new EnrichedRow { UserAgent = number % 2 == 0 ? GptBot : Chrome, Referer = "https://www.google.com/", Query = "a=b", Headers = "host:a\naccept:b" })];
        var decoded = new DecodedDelivery();
        var decoder = new DeliveryDecoder();
        var body = new ReadOnlySequence<byte>(Bodies.Envelope([.. sent.Select(row => row.Line)]));
        long allocated = 0;
        for (var round = 0; round < 3; round++)
        {
            decoded.Clear();
            decoder.Decode(EnrichedRow.Context, body, decoded);
            var before = GC.GetAllocatedBytesForCurrentThread();
            rows.Enrich(decoded.Requests, PrivacyRules.Default);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.InRange(allocated, 0, 1000);
        Assert.Equal(RuleSet.Own.Version, rows.Version);
    }

    [Fact]
    public void Values_that_are_no_text_and_control_characters_are_rows_too()
    {
        var row = new EnrichedRow { UserAgent = "GPT\u0001Bot \uFFFD \n GPTBot", Path = "/%00%ff%2e%2e/", Referer = "\u0000\u001f", Query = "utm_source=%ff%fe" }.Enrich();

        Assert.Equal("page training GPTBot OpenAI none ", Columns(row));
    }

    // Rows that are stored are classified again from the columns that it says it reads, and get those that it says it sets.
    [Fact]
    public void The_columns_that_it_reads_and_sets_are_those_that_it_says()
    {
        var row = new EnrichedRow { UserAgent = GptBot, Referer = "https://chatgpt.com/", Query = "a=b", Headers = "host:www.example.com", HeaderNames = "host" };
        var before = new DecodedDelivery();
        Assert.Null(new DeliveryDecoder().Decode(EnrichedRow.Context, new ReadOnlySequence<byte>(Bodies.Envelope(row.Line)), before));
        var decoded = Rows.Of(before.Requests, 0).Keys.ToHashSet();
        var columns = Cistern.Formats.Tables.Requests.Columns;

        Assert.Equal(row.Enrich().Keys.Except(decoded).Order(), Enricher.Sets.Select(place => columns[place].Name).Where(name => row.Enrich().ContainsKey(name)).Order());
        Assert.Equal(columns.Where(column => column.Since >= 3).Select(column => column.Name).Order(), Enricher.Sets.Select(place => columns[place].Name).Order());
        Assert.Equal("client_ip content_type cs_header_names cs_headers host method path query referer time user_agent", string.Join(' ', Enricher.Reads.Select(place => columns[place].Name).Order(StringComparer.Ordinal)));
    }

    private static string Columns(IReadOnlyDictionary<string, string> row) =>
        string.Join(' ', new[] { "kind", "class", "agent", "operator", "proof", "ai_source" }.Select(name => row.GetValueOrDefault(name, "")));
}
