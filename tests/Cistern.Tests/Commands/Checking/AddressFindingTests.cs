using System.Net;
using System.Net.Sockets;
using Cistern.Commands.Checking;
using Cistern.Commands.Checking.Endpoint;

namespace Cistern.Tests.Commands.Checking;

/// <summary>Addresses, names and connections.</summary>
public sealed class AddressFindingTests
{
    [Fact]
    public async Task Without_https_nothing_is_sent_beyond_this_machine()
    {
        var report = await CheckRig.RunAsync(CheckRig.Plan(new Uri("http://192.0.2.1/firehose")));

        report.AssertBad("address-not-https");
        Assert.Single(report.Findings);
    }

    [Fact]
    public async Task A_port_without_a_listener_refuses()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        (await CheckRig.RunAsync(CheckRig.Plan(new Uri($"http://127.0.0.1:{port}/firehose")))).AssertBad("connect-refused");
    }

    [Fact]
    public async Task A_port_that_drops_connections_and_an_address_without_a_way_are_told_apart()
    {
        // A backlog that is full: the system answers no more.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var waiting = Enumerable.Range(0, 8).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false }).ToArray();
        foreach (var socket in waiting)
        {
            _ = socket.ConnectAsync(full.LocalEndPoint!).ContinueWith(_ => { }, TestContext.Current.CancellationToken);
        }

        var silent = await CheckRig.RunAsync(CheckRig.Plan(new Uri($"http://127.0.0.1:{((IPEndPoint)full.LocalEndPoint!).Port}/firehose")) with { Limits = CheckRig.Short with { Connect = TimeSpan.FromSeconds(1) } });
        var nowhere = await CheckRig.RunAsync(CheckRig.Plan(new Uri("https://255.255.255.255/firehose")));
        Array.ForEach(waiting, socket => socket.Dispose());

        silent.AssertBad("connect-timeout");
        nowhere.AssertBad("connect-unreachable");
    }

    [Fact]
    public async Task Every_address_of_a_name_is_tried()
    {
        using var certificates = new CheckCertificates();
        await using var peer = new CheckedPeer(CheckedPeer.Answering(CheckedPeer.Good), certificates.Serve("logs.example.com"));
        var plan = CheckRig.Plan(new Uri($"https://logs.example.com:{peer.Url.Port}/firehose")) with { Roots = [certificates.Root], NoRecord = false };
        CheckPlan Named(params string[] addresses) => plan with { LookUp = (_, _) => Task.FromResult<IPAddress[]>([.. addresses.Select(IPAddress.Parse)]) };

        var good = await CheckRig.RunAsync(Named("127.0.0.1"));
        var half = await CheckRig.RunAsync(Named("255.255.255.255", "127.0.0.1"));
        var mixed = await CheckRig.RunAsync(Named("ff00::1", "127.0.0.1"));
        var six = await CheckRig.RunAsync(Named("ff00::1"));

        good.AssertBad();
        Assert.True(good.Has(FindingKinds.NamePrivate) && good.Has(FindingKinds.RecordSent), good.Dump());
        half.AssertBad("connect-unreachable");
        Assert.True(half.Has(FindingKinds.AnswerGood), half.Dump());
        mixed.AssertBad("connect-ipv6-failed");
        Assert.False(mixed.Failed);
        six.AssertBad("name-without-ipv4", "connect-unreachable");
    }

    [Fact]
    public async Task A_name_server_that_does_not_answer_is_told()
    {
        var plan = CheckRig.Plan(new Uri("https://logs.example.com/firehose")) with
        {
            LookUp = async (_, cancel) =>
            {
                await Task.Delay(Timeout.Infinite, cancel);
                return [];
            },
            Limits = CheckRig.Short with { Lookup = TimeSpan.FromMilliseconds(300) },
        };

        (await CheckRig.RunAsync(plan)).AssertBad("name-lookup-failed");
    }

    [Fact]
    public async Task A_name_that_does_not_exist_is_told()
    {
        // Without a name server it cannot even be looked up, which is told, too.
        var bad = (await CheckRig.RunAsync(CheckRig.Plan(new Uri("https://no-such-host.invalid/firehose")))).Bad();

        Assert.True(bad is ["name-not-found"] or ["name-lookup-failed"], string.Join(", ", bad));
    }

    [Fact]
    public void Addresses_that_Firehose_can_be_given_are_good_and_others_told()
    {
        Assert.Equal(["address-good"], Codes("https://logs.example.com/firehose"));
        Assert.Equal(["address-port"], Codes("https://logs.example.com:8443/firehose"));
        Assert.Equal(["address-too-long"], Codes($"https://logs.example.com/{new string('a', 1000)}"));
        Assert.Equal(["address-loopback"], Codes("http://localhost:8080/firehose"));
        Assert.Equal(["address-loopback"], Codes("http://[::1]:8080/firehose"));
    }

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("172.31.0.1", true)]
    [InlineData("172.32.0.1", false)]
    [InlineData("192.168.1.1", true)]
    [InlineData("100.64.0.1", true)]
    [InlineData("169.254.169.254", true)]
    [InlineData("::ffff:10.0.0.1", true)]
    [InlineData("fd00::1", true)]
    [InlineData("fe80::1", true)]
    [InlineData("203.0.113.7", false)]
    [InlineData("2001:db8::1", false)]
    public void What_AWS_cannot_reach_is_known(string address, bool isPrivate) => Assert.Equal(isPrivate, AddressStep.IsPrivate(IPAddress.Parse(address)));

    private static string[] Codes(string url)
    {
        var report = new CheckReport(_ => { });
        AddressStep.Check(CheckRig.Plan(new Uri(url)), report);
        return [.. report.Findings.Select(finding => finding.Kind.Code)];
    }
}
