using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Cistern.Demo;
using Cistern.Formats.Deliveries;
using Cistern.Query;
using Cistern.Query.Catalogue;
using Cistern.Query.Model;
using Cistern.Store;
using Cistern.Store.ClickHouse;
using Cistern.Store.ClickHouse.Insert;
using Cistern.Store.ClickHouse.Read;
using Cistern.Store.ClickHouse.Schema;
using Cistern.Store.Embedded;
using Cistern.Store.Identity;
using Cistern.Tests.Formats;

namespace Cistern.Tests.Store.ClickHouse;

/// <summary>The embedded store and ClickHouse's own engine, with the same deliveries, give the same answer to every measure and dimension.</summary>
public sealed partial class SameAnswerTests(ClickHouseEngine engine, ITestOutputHelper output) : IClassFixture<ClickHouseEngine>
{
    private static readonly DateTimeOffset Start = new(2026, 11, 18, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = Start.AddDays(2);

    /// <summary>Half of the requests came before.</summary>
    private DateTimeOffset _middle;

    [Fact]
    public async Task Every_measure_and_dimension_has_the_same_answer()
    {
        await using var embedded = new OpenStore();
        await FillAsync(embedded);
        var different = new List<string>();
        foreach (var signal in Signals.All)
        {
            foreach (var measure in signal.Measures.Where(measure => measure.Key is null))
            {
                await CompareAsync(embedded, $$"""{"signal":"{{signal.Name}}","from":"-7d","to":"now","measures":["{{measure.Name}}"],"compare":true}""", different);
                await CompareAsync(embedded, $$"""{"signal":"{{signal.Name}}","from":"-2d","to":"now","measures":["{{measure.Name}}"],"by":["time:1h"],"tz":"Europe/Berlin"}""", different);

                // Of a group of a few rows two ways to estimate a quantile give different places between two of them.
                if (signal.Fields.Any(field => field.Name == "class") && !IsQuantile(measure.Name))
                {
                    await CompareAsync(embedded, $$"""{"signal":"{{signal.Name}}","from":"{{_middle:O}}","to":"{{_middle + (_middle - Start):O}}","measures":["{{measure.Name}}"],"by":["class"],"order":"class","compare":true}""", different);
                }
            }

            // The position is the place in one writer's order, which several nodes do not have.
            foreach (var field in signal.Fields.Where(field => field.Name != "position"))
            {
                await CompareAsync(embedded, $$"""{"signal":"{{signal.Name}}","from":"-7d","to":"now","measures":["{{signal.Measures[0].Name}}"],"by":["{{field.Name}}"],"limit":100}""", different);
            }
        }

        foreach (var one in different)
        {
            output.WriteLine(one);
        }

        Assert.Empty(different);
    }

    private async Task FillAsync(OpenStore embedded)
    {
        foreach (var statement in new ClickHouseSchema(engine.Address, TimeSpan.Zero, 10_000).Statements())
        {
            await engine.Client.RunAsync(statement, new Dictionary<string, string>(), TestContext.Current.CancellationToken);
        }

        var identity = new RowIdentity(SipKey.FromBytes("0123456789abcdef"u8));
        var commit = new ClickHouseCommit(TimeSpan.FromHours(1), isCluster: false, TimeProvider.System);
        var shard = new ShardConnection(engine.Client);
        foreach (var delivery in Deliveries(embedded.Deliveries))
        {
            Assert.Equal(CommitStatus.Stored, (await embedded.Store.CommitAsync(delivery, TestContext.Current.CancellationToken)).Status);
            Assert.Equal(CommitStatus.Stored, (await commit.RunAsync(shard, CommitWork.Of(delivery, identity), TestContext.Current.CancellationToken)).Status);
        }
    }

    private IEnumerable<DeliveryCommit> Deliveries(TestDeliveries deliveries)
    {
        var traffic = new DemoTraffic(7, Start);
        var buffer = new byte[RealtimeLine.BytesMax];
        for (var part = 0; part < 4; part++)
        {
            _middle = part == 2 ? traffic.NextAt : _middle;
            var lines = string.Concat(Enumerable.Range(0, 1000).Select(_ => Encoding.UTF8.GetString(buffer, 0, traffic.WriteNext(buffer))));
            yield return Of($"requests-{part}", lines);
        }

        yield return Of("logs", Bodies.FixtureText("cloudwatch-logs/own_firehose-decompressed.ndjson"), Bodies.FixtureText("metric-stream-json/own_two-lines.ndjson"), "neither\n", "nor \u0001 this\n");

        DeliveryCommit Of(string id, params string[] records) => deliveries.Commit(
            new DeliveryContext { Route = DeliveryRoute.Any, Framing = DeliveryFraming.Envelope, RequestId = id, CloudFrontFields = "1-46" }, Now.AddMinutes(-5), RepeatScope.Delivery, new ReadOnlySequence<byte>(TestDeliveries.Envelope(id, records)));
    }

    private async Task CompareAsync(OpenStore embedded, string model, List<string> different)
    {
        Assert.Null(QueryModel.Read(Encoding.UTF8.GetBytes(model), out var read));
        if (QuestionReader.Read(read, Now, out var question) is not null)
        {
            return;
        }

        using var duck = await embedded.Store.QueryAsync(QueryWriter.Write(question, new DuckDbDialect(), new QuestionLimits()), TestContext.Current.CancellationToken);
        var query = ClickHouseQuery.Of(QueryWriter.Write(question, new ClickHouseDialect(), new QuestionLimits()));
        using var answer = await engine.Client.SelectAsync(query.Sql, query.Parameters, query.Settings, TestContext.Current.CancellationToken);
        using var click = await ClickHouseResult.OpenAsync(answer, 100_000, 0, TestContext.Current.CancellationToken);
        var (expected, found) = (RowsOf(duck), RowsOf(click));
        var quantiles = question.Measures.Any(measure => IsQuantile(measure.Name));
        if (expected.Count != found.Count || expected.Zip(found).Any(pair => !Alike(pair.First, pair.Second, quantiles ? 0.05 : 1e-9)))
        {
            var at = expected.Zip(found).ToList().FindIndex(pair => !Alike(pair.First, pair.Second, quantiles ? 0.05 : 1e-9));
            different.Add($"{model}: {expected.Count} and {found.Count} rows{(at < 0 ? "" : $"; row {at}: [{string.Join(", ", expected[at])}] and [{string.Join(", ", found[at])}]")}");
        }
    }

    private static bool IsQuantile(string measure) => QuantileName().IsMatch(measure);

    private static List<object?[]> RowsOf(IQueryResult result)
    {
        var rows = new List<object?[]>();
        while (result.Read())
        {
            rows.Add([.. Enumerable.Range(0, result.Columns.Count).Select(column => result[column] switch
            {
                bool truth => truth ? 1.0 : 0.0,
                long or int or double or decimal or Int128 or System.Numerics.BigInteger => Convert.ToDouble(result[column]!.ToString(), CultureInfo.InvariantCulture),
                var other => other,
            })]);
        }

        return rows;
    }

    private static bool Alike(object?[] one, object?[] other, double tolerance) => one.Length == other.Length && one.Zip(other).All(pair => pair switch
    {
        (double first, double second) => first.Equals(second) || Math.Abs(first - second) <= tolerance * Math.Max(1, Math.Max(Math.Abs(first), Math.Abs(second))),
        var (first, second) => Equals(first, second),
    });

    [GeneratedRegex(@"(^|_)p\d+$")]
    private static partial Regex QuantileName();
}
