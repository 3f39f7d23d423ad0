using System.Text;
using Cistern.Formats.Deliveries;

namespace Cistern.Tests.Formats;

public sealed class PrivacyTests
{
    private static readonly byte[] HashKey = Encoding.ASCII.GetBytes("0123456789abcdef");

    [Fact]
    public void Cookies_are_dropped_unless_the_rules_keep_them()
    {
        var line = Lines.All((20, "sid=secret;%20b=2"));

        Assert.DoesNotContain("secret", string.Join('\n', Bodies.DecodeRow(Bodies.Any, line).Values), StringComparison.Ordinal);
        Assert.Equal("sid=secret; b=2", Decode(line, cookies: PrivacyAction.Keep)["cs_cookie"]);
        Assert.Equal("sid=; b=", Decode(line, cookies: PrivacyAction.Truncate)["cs_cookie"]);
        Assert.Matches("^[0-9a-f]{16}$", Decode(line, cookies: PrivacyAction.Hash)["cs_cookie"]);
    }

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.0")]
    [InlineData("2001:db8:1:2::7", "2001:db8:1::")]
    public void Addresses_are_truncated_to_their_network(string address, string expected)
    {
        var row = Decode(Lines.All((2, address), (23, address + ",%20unknown,%20198.51.100.9")), address: PrivacyAction.Truncate);

        Assert.Equal(expected, row["client_ip"]);
        Assert.Equal(expected + ", unknown, 198.51.100.0", row["x_forwarded_for"]);
        Assert.Equal("198.51.100.20", row["s_ip"]);
    }

    [Fact]
    public void Addresses_are_hashed_the_same_wherever_they_stand()
    {
        var row = Decode(Lines.All((23, "203.0.113.7,198.51.100.9")), address: PrivacyAction.Hash);

        Assert.Matches("^[0-9a-f]{16}$", row["client_ip"]);
        Assert.StartsWith(row["client_ip"] + ", ", row["x_forwarded_for"], StringComparison.Ordinal);
        Assert.NotEqual(row["client_ip"], Decode(Lines.All(), address: PrivacyAction.Hash, key: "another key 1234")["client_ip"]);
        Assert.NotEqual(row["client_ip"], Decode(Lines.All((2, "203.0.113.8")), address: PrivacyAction.Hash)["client_ip"]);
    }

    [Fact]
    public void Addresses_are_dropped()
    {
        var row = Decode(Lines.All(), address: PrivacyAction.Drop);

        Assert.False(row.ContainsKey("client_ip"));
        Assert.False(row.ContainsKey("x_forwarded_for"));
    }

    [Theory]
    [InlineData("/a", "tok=s%2526x&b=2&c", "tok=&b=&c")]
    [InlineData("/a?tok=s%2526x&b=2&c", "-", "tok=&b=&c")]
    public void Queries_are_truncated_to_their_names(string stem, string query, string expected) =>
        Assert.Equal(expected, Decode(Lines.All((10, stem), (21, query)), query: PrivacyAction.Truncate)["query"]);

    [Fact]
    public void Queries_are_hashed_or_dropped()
    {
        Assert.Matches("^[0-9a-f]{16}$", Decode(Lines.All(), query: PrivacyAction.Hash)["query"]);
        Assert.False(Decode(Lines.All(), query: PrivacyAction.Drop).ContainsKey("query"));
    }

    [Fact]
    public void The_rules_hold_for_entries_too()
    {
        var row = Decode("{\"timestamp\":1,\"pathname\":\"/a?t=1\",\"ip\":\"203.0.113.7\"}", address: PrivacyAction.Truncate, query: PrivacyAction.Truncate);

        Assert.Equal(("203.0.113.0", "t="), (row["client_ip"], row["query"]));
    }

    private static IReadOnlyDictionary<string, string> Decode(
        string record,
        PrivacyAction cookies = PrivacyAction.Drop,
        PrivacyAction address = PrivacyAction.Keep,
        PrivacyAction query = PrivacyAction.Keep,
        string? key = null) =>
        Bodies.DecodeRow(Bodies.Any with { Privacy = new PrivacyRules(cookies, address, query, key is null ? HashKey : Encoding.ASCII.GetBytes(key)) }, record);
}
