using Cistern.Store.ClickHouse;

namespace Cistern.Tests.Store.ClickHouse;

/// <summary>The address of a ClickHouse: hosts, cluster, quorum, shards; and what is wrong with one.</summary>
public sealed class ClickHouseAddressTests
{
    [Fact]
    public void Everything_can_be_written()
    {
        var address = Read("clickhouse://app:p%40ss%3A@ch-1,ch-2:9443/logs?secure=true&cluster=main&quorum=1&shards=ch-1|ch-2:9443,[::1]:1");

        Assert.Equal(["https://ch-1:8443/", "https://ch-2:9443/"], address.Hosts.Select(host => host.ToString()));
        Assert.Equal(("app", "p@ss:", "logs", "main", 1), (address.User, address.Password, address.Database, address.Cluster, address.Quorum));
        Assert.Equal(["https://ch-1:8443/ https://ch-2:9443/", "https://[::1]:1/"], address.Shards.Select(shard => string.Join(' ', shard)));
        Assert.DoesNotContain("p@ss", address.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_left_out_has_a_default()
    {
        var address = Read("clickhouse://ch-1");

        Assert.Equal("http://ch-1:8123/", Assert.Single(address.Hosts).ToString());
        Assert.Equal(("default", "", "default", null, null), (address.User, address.Password, address.Database, address.Cluster, address.Quorum));
        Assert.Empty(address.Shards);
    }

    [Theory]
    [InlineData("http://ch-1/", "begins with clickhouse://")]
    [InlineData("clickhouse://u:secret@ch-1/db?clutser=main", "cannot use option 1 behind")]
    [InlineData("clickhouse://u:secret@ch-1/db?cluster=", "cannot use option 1 (cluster) behind")]
    [InlineData("clickhouse://u:secret@ch-1/db?cluster=main&quorum=0", "cannot use option 2 (quorum) behind")]
    [InlineData("clickhouse://u:secret@ch-1/db?cluster=main&quorum=two", "cannot use option 2 (quorum) behind")]
    [InlineData("clickhouse://u:secret@ch-1/db?quorum=2", "need cluster=NAME")]
    [InlineData("clickhouse://u:secret@ch-1/db?shards=a,b", "need cluster=NAME")]
    [InlineData("clickhouse://u:secret@ch-1/db?cluster=main&shards=a|b:x", "cannot read host 2 of shard 1 in")]
    [InlineData("clickhouse://u:secret@ch-1,/db", "cannot read host 2 in")]
    public void What_is_wrong_is_said_without_the_password(string text, string sentence)
    {
        Assert.False(ClickHouseAddress.TryParse(text, out _, out var problem));

        Assert.Contains(sentence, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", problem, StringComparison.Ordinal);
    }

    /// <summary>Of a password that somebody wrote as it is, wherever it is cut then, and also where the host was forgotten.</summary>
    [Theory]
    [InlineData("clickhouse://app:secret/terces@ch-1/db")]
    [InlineData("clickhouse://app:secret?terces@ch-1/db")]
    [InlineData("clickhouse://app:secret?quorum=terces@ch-1/db")]
    [InlineData("clickhouse://app:secret/a?terces=terces&b@ch-1:8123/db?cluster=main")]
    [InlineData("clickhouse://app:sec@terces/secret@ch-1/db")]
    [InlineData("clickhouse://app:secret?secure=terces")]
    [InlineData("clickhouse://app:secret?terces")]
    [InlineData("clickhouse://app:secret")]
    [InlineData("clickhouse://app:secret/terces")]
    [InlineData("clickhouse://app:secret,terces")]
    [InlineData("clickhouse://app:secret\\terces@@ch 1/db")]
    [InlineData("clickhous://app:secret@terces/db")]
    public void No_part_of_a_password_is_said_that_is_not_escaped(string text)
    {
        Assert.False(ClickHouseAddress.TryParse(text, out _, out var problem));

        Assert.DoesNotContain("secret", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("terces", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("app", problem, StringComparison.Ordinal);
    }

    private static ClickHouseAddress Read(string text) => ClickHouseAddress.TryParse(text, out var address, out var problem) ? address : throw new InvalidOperationException(problem);
}
