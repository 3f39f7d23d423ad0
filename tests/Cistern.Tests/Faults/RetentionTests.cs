using System.Globalization;
using System.Net;
using System.Text;
using Cistern.Delivery.Http;
using Cistern.Tests.Journal;
using Cistern.Tests.Store;

namespace Cistern.Tests.Faults;

/// <summary>The real program reaches its size limit while it is asked about the day that has to go.</summary>
public sealed class RetentionTests(ITestOutputHelper output)
{
    private const int Days = 5;
    private const int DeliveriesADay = 30;
    private const int LinesADelivery = 900;
    private const long LimitBytes = 64L << 20;

    private static readonly DateTimeOffset FirstDay = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task The_oldest_day_goes_at_the_size_limit_while_queries_on_it_finish()
    {
        using var folder = new ScratchFolder();
        var key = ServerProcess.MakeKey(folder);
        string[] settings = ["store:hotBytes=16MiB", "store:sealAge=1s", $"store:retentionBytes={LimitBytes}", "store:spaceFloor=1MiB", "store:identityWindow=0"];
        using var server = await ServerProcess.StartReadyAsync(folder, ServerProcess.TakePort(), settings);
        var client = new TestClient(server, key);
        await DeliverDayAsync(client, 0);

        using var over = new CancellationTokenSource();
        var asking = Enumerable.Range(0, 3).Select(_ => Task.Run(() => AskAboutFirstDayAsync(client, over.Token))).ToArray();
        for (var day = 1; day < Days; day++)
        {
            await DeliverDayAsync(client, day);
        }

        await server.WaitForAsync("the first day is gone", TimeSpan.FromSeconds(60), async () => await CountDayAsync(client, 0) == 0);
        await over.CancelAsync();
        var answers = (await Task.WhenAll(asking)).SelectMany(counts => counts).ToArray();

        output.WriteLine($"{answers.Length} queries on the first day, answers from {answers.Max()} down to {answers.Min()} rows; {SegmentBytes(folder) >> 20} MiB of segments");
        Assert.Equal(DeliveriesADay * LinesADelivery, answers.Max());
        Assert.Equal(DeliveriesADay * LinesADelivery, await CountDayAsync(client, Days - 1));
        await server.WaitForAsync("the files take no more than the limit", TimeSpan.FromSeconds(30), () => Task.FromResult(SegmentBytes(folder) <= LimitBytes));
        Assert.InRange(SegmentBytes(folder), LimitBytes / 2, LimitBytes);
        Assert.Equal(Days * DeliveriesADay, await client.CountAsync("SELECT count(*) FROM deliveries"));
        Assert.Equal(0, server.Stop());
    }

    // A query that reads every byte of the day, again and again; each must end with an answer, also while the files go.
    private static async Task<List<long>> AskAboutFirstDayAsync(TestClient client, CancellationToken over)
    {
        List<long> counts = [];
        while (!over.IsCancellationRequested)
        {
            counts.Add(await client.CountAsync($"SELECT count(*) FILTER (WHERE length(user_agent) > 0 AND length(path) > 0) FROM requests WHERE time < TIMESTAMP '{Text(1)}'"));
        }

        return counts;
    }

    private static Task<long> CountDayAsync(TestClient client, int day) =>
        client.CountAsync($"SELECT count(*) FROM requests WHERE time >= TIMESTAMP '{Text(day)}' AND time < TIMESTAMP '{Text(day + 1)}'");

    private static string Text(int day) => FirstDay.AddDays(day).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static async Task DeliverDayAsync(TestClient client, int day)
    {
        for (var number = 0; number < DeliveriesADay; number++)
        {
            var answer = await client.PostAsync(Make(day, number));
            Assert.True(answer.Status == HttpStatusCode.OK, $"delivery {number} of day {day} was answered {answer}");
        }
    }

    // Paths of random text, so that few rows make large files.
    private static SentDelivery Make(int day, int number)
    {
        var random = new Random((day * DeliveriesADay) + number);
        using var envelope = new EnvelopeWriter(gzip: false);
        envelope.Begin($"day{day}-{number}", DateTimeOffset.UtcNow);
        var path = new byte[750];
        for (var line = 0; line < LinesADelivery; line++)
        {
            random.NextBytes(path);
            var time = FirstDay.AddDays(day).AddSeconds((number * 2_000) + line);
            envelope.Add(Encoding.UTF8.GetBytes(TestDeliveries.Line(time, $"{day}/{number}/{line}", $"/{Convert.ToBase64String(path).Replace('+', '-').Replace('/', '_')}")));
        }

        return new SentDelivery(envelope.Finish(), [], [], []);
    }

    private static long SegmentBytes(string folder) =>
        new DirectoryInfo(Path.Combine(folder, "segments")).EnumerateFiles("*.parquet", SearchOption.AllDirectories).Sum(BytesOf);

    // The server drops files while we look.
    private static long BytesOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }
}
