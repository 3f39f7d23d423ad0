using System.IO.Compression;
using Cistern.Commands.Checking;
using Cistern.Commands.Checking.Endpoint;

namespace Cistern.Tests.Commands.Checking;

/// <summary>Large bodies, and what stands in their way.</summary>
public sealed class BodyFindingTests
{
    private const int Size = 4 << 20;

    [Fact]
    public async Task A_proxy_with_a_limit_of_one_mebibyte_is_named_with_what_goes_through()
    {
        await using var peer = new CheckedPeer(CheckedPeer.Answering(CheckedPeer.Good), bodyLimit: 1 << 20);

        var report = await CheckRig.RunAsync(Plan(peer.Url));

        report.AssertBad("body-limit");
        Assert.Contains("413", report.Detail("body-limit"), StringComparison.Ordinal);
        Assert.Contains("4.0 MiB plain", report.Detail("body-limit"), StringComparison.Ordinal);
        Assert.EndsWith("; 1.0 MiB goes through", report.Detail("body-limit"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_limit_after_inflating_is_found_too()
    {
        await using var peer = new CheckedPeer(CheckedPeer.Answering(request => request.IsGzip && request.Body.Length > 10_000 ? CheckedPeer.Ok("too much", "", "503 Service Unavailable") : CheckedPeer.Good(request)));

        var report = await CheckRig.RunAsync(Plan(peer.Url));

        report.AssertBad("body-refused");
        Assert.Contains("of gzip, 503", report.Detail("body-refused"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_that_stops_reading_ends_in_a_finding()
    {
        // It takes small requests, and of a large one only the head.
        await using var peer = new CheckedPeer(CheckedPeer.Answering(CheckedPeer.Good));
        await using var deaf = new StandStill(peer.Url.Port);

        // Larger than what the system takes off the sender's hands.
        var report = await CheckRig.RunAsync(CheckRig.Plan(deaf.Url) with { Quick = false, Limits = CheckRig.Impatient with { BodyBytes = 48 << 20 } });

        report.AssertBad("body-not-read");
    }

    [Fact]
    public async Task What_is_taken_is_told_with_its_sizes()
    {
        await using var peer = new CheckedPeer(CheckedPeer.Answering(CheckedPeer.Good));

        var report = await CheckRig.RunAsync(Plan(peer.Url));

        report.AssertBad();
        Assert.Matches(@"^4\.0 MiB plain in .*; 4\.0 MiB as \d\.\d MiB of gzip in ", report.Detail("body-good"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_large_body_is_legal_json_of_the_wanted_size_that_brings_nothing(bool gzip)
    {
        var delivery = EmptyDeliveries.Large("an-id", DateTimeOffset.UnixEpoch.AddDays(20_000), 200_000, gzip);
        using var body = new MemoryStream(delivery.Body.ToArray());
        using var plain = new MemoryStream();
        using Stream source = gzip ? new GZipStream(body, CompressionMode.Decompress) : body;
        source.CopyTo(plain);
        using var document = System.Text.Json.JsonDocument.Parse(plain.ToArray());

        Assert.Equal(200_000, plain.Length);
        Assert.Equal("an-id", document.RootElement.GetProperty("requestId").GetString());
        Assert.Equal("", Assert.Single(document.RootElement.GetProperty("records").EnumerateArray()).GetProperty("data").GetString());
        Assert.True(!gzip || delivery.Body.Length > 40_000, $"{delivery.Body.Length} bytes of gzip are no test of a proxy");
    }

    private static CheckPlan Plan(Uri url) => CheckRig.Plan(url) with { Quick = false, Limits = CheckRig.Short with { BodyBytes = Size } };
}
