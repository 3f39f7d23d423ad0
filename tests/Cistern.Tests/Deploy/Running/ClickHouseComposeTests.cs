using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Cistern.Operations.Settings;
using Cistern.Store;
using Cistern.Store.ClickHouse;
using Cistern.Tests.Faults;

namespace Cistern.Tests.Deploy.Running;

/// <summary>Holds deploy/compose/clickhouse together: nodes, load balancer, servers, Keepers and who may do what.</summary>
public sealed partial class ClickHouseComposeTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "deploy", "compose", "clickhouse");
    private static readonly Yaml Compose = Yaml.Read(Read("compose.yaml"));

    private static IReadOnlyDictionary<string, Yaml> Services => Compose["services"].Members;

    private static string[] Named(string pattern) => [.. Services.Keys.Where(name => Regex.IsMatch(name, pattern)).Order(StringComparer.Ordinal)];

    [Fact]
    public void There_are_three_nodes_that_keep_nothing()
    {
        string[] nodes = Named("^cistern-");

        Assert.Equal(["cistern-1", "cistern-2", "cistern-3"], nodes);
        Assert.All(nodes.Select(name => Services[name]), node =>
        {
            Assert.Equal("true", node["read_only"].Text);
            Assert.False(node["volumes"].IsThere || node["ports"].IsThere || node["privileged"].IsThere || node["user"].IsThere);
            Assert.Equal(["ALL"], node["cap_drop"].Items.Select(item => item.Text));
            Assert.Equal(["no-new-privileges:true"], node["security_opt"].Items.Select(item => item.Text));
            var data = node["tmpfs", 0].Text;
            Assert.StartsWith(Dockerfile.Read().Single(instruction => instruction.Name == "VOLUME").Rest + ":", data, StringComparison.Ordinal);
            Assert.Contains($"uid={Dockerfile.User},gid={Dockerfile.User}", data, StringComparison.Ordinal);
            Assert.Equal(Repository.Root, Path.GetFullPath(Path.Combine(Folder, node["build", "context"].Text)));
            Assert.True(Path.Exists(Path.Combine(Folder, node["build", "context"].Text, node["build", "dockerfile"].Text)));
        });
    }

    [Fact]
    public void The_settings_are_settings_and_the_address_names_every_server()
    {
        foreach (var node in Named("^cistern-"))
        {
            var variables = Services[node]["environment"].Members.ToDictionary(pair => pair.Key, pair => Variable().Replace(pair.Value.Text, "secret123"));
            variables["CISTERN__DATAFOLDER"] = Path.Combine(Path.GetTempPath(), "cistern-nowhere");
            var reading = SettingsReader.Read(new Dictionary<string, string>(), variables);

            Assert.Empty(reading.Problems);
            Assert.Equal(Compose["networks", "inner", "ipam", "config", 0, "subnet"].Text, Assert.Single(reading.Settings.TrustedProxies).ToString());
            Assert.True(ClickHouseAddress.TryParse(reading.Settings.Store.Address, out var address, out var problem), problem);
            Assert.Equal(Named("^clickhouse-"), address.Hosts.Select(host => host.Host).Order(StringComparer.Ordinal));
            Assert.Contains(address.Cluster!, Xml("cluster.xml").Root!.Element("remote_servers")!.Elements().Select(cluster => cluster.Name.LocalName));
            Assert.Contains(Xml("users.xml").Root!.Element("users")!.Elements(), user => user.Name == address.User);
            Assert.Null(StoreChoice.Check(reading.Settings.Store.Address));
        }
    }

    /// <summary>Two shards by two replicas, each server once, and each server says the same of itself.</summary>
    [Fact]
    public void The_servers_are_those_of_the_cluster()
    {
        var shards = Xml("cluster.xml").Root!.Element("remote_servers")!.Element("main")!.Elements("shard").Select(shard => shard.Elements("replica").Select(replica => replica.Element("host")!.Value).ToArray()).ToArray();

        Assert.Equal([2, 2], shards.Select(shard => shard.Length));
        Assert.Equal(Named("^clickhouse-"), shards.SelectMany(hosts => hosts).Order(StringComparer.Ordinal));
        foreach (var (shard, hosts) in shards.Index())
        {
            Assert.All(hosts, host => Assert.Equal(((shard + 1).ToString(System.Globalization.CultureInfo.InvariantCulture), host), (Services[host]["environment", "CLICKHOUSE_SHARD"].Text, Services[host]["environment", "CLICKHOUSE_REPLICA"].Text)));
        }

        Assert.All(Xml("cluster.xml").Descendants("internal_replication"), one => Assert.Equal("true", one.Value));
    }

    [Fact]
    public void The_keepers_know_each_other_and_the_servers_know_them()
    {
        string[] keepers = Named("^keeper-");
        var members = Xml("keeper.xml").Root!.Element("keeper_server")!.Element("raft_configuration")!.Elements("server").ToDictionary(server => server.Element("hostname")!.Value, server => server.Element("id")!.Value);
        var port = Xml("keeper.xml").Descendants("tcp_port").Single().Value;

        Assert.Equal(3, keepers.Length);
        Assert.Equal(keepers, members.Keys.Order(StringComparer.Ordinal));
        Assert.All(keepers, keeper => Assert.Equal(members[keeper], Services[keeper]["environment", "KEEPER_ID"].Text));
        Assert.Equal(keepers, Xml("cluster.xml").Descendants("zookeeper").Single().Elements("node").Select(node => node.Element("host")!.Value).Order(StringComparer.Ordinal));
        Assert.All(Xml("cluster.xml").Descendants("node"), node => Assert.Equal(port, node.Element("port")!.Value));
    }

    [Fact]
    public void No_secret_stands_in_a_file_and_each_that_is_used_is_given()
    {
        foreach (var file in new[] { "cluster.xml", "users.xml", "keeper.xml" })
        {
            var secrets = Xml(file).Descendants().Where(element => element.Name.LocalName.Contains("password", StringComparison.Ordinal) || element.Name == "secret").ToArray();
            Assert.All(secrets, secret => Assert.True(secret.Value.Length == 0 && secret.Attribute("from_env") is not null, $"{file}: {secret}"));
            var owner = file == "keeper.xml" ? "keeper-1" : "clickhouse-1-1";
            Assert.All(Xml(file).Descendants().Attributes("from_env"), variable => Assert.True(Services[owner]["environment", variable.Value].IsThere, $"{file} takes {variable.Value}, which {owner} does not have"));
        }

        var example = Read("secrets.env.example").Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        var wanted = Wanted().Matches(Read("compose.yaml")).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(wanted, example.Keys.Order(StringComparer.Ordinal));
        Assert.All(example.Values, value => Assert.Empty(value));
        Assert.Contains("secrets.env", File.ReadAllText(Path.Combine(Repository.Root, ".gitignore")), StringComparison.Ordinal);
    }

    /// <summary>Who reads may read what the schema page describes and the tables below it, and nothing else.</summary>
    [Fact]
    public void The_reader_may_see_rows_and_no_keys()
    {
        var grants = Xml("users.xml").Root!.Element("users")!.Element("reader")!.Descendants("query").Select(query => query.Value).Order(StringComparer.Ordinal);

        Assert.Equal(Cistern.Formats.Tables.All.SelectMany(table => new[] { "", "_all", "_rows" }, (table, end) => $"GRANT SELECT ON cistern.{table.Name}{end}").Order(StringComparer.Ordinal), grants);
        Assert.Equal("2", Xml("users.xml").Root!.Element("profiles")!.Element("reader")!.Element("readonly")!.Value);
    }

    [Fact]
    public void What_is_mounted_is_there()
    {
        var named = Compose["volumes"].Members.Keys;
        var mounts = Services.Values.SelectMany(service => service["volumes"].Items).Select(mount => mount.Text.Split(':')).ToArray();

        Assert.True(mounts.Length > 15);
        Assert.All(mounts, mount => Assert.True(mount[0].StartsWith("./", StringComparison.Ordinal) ? Path.Exists(Path.Combine(Folder, mount[0])) : named.Contains(mount[0]), mount[0]));
        Assert.Equal(named.Order(StringComparer.Ordinal), mounts.Select(mount => mount[0]).Where(name => name[0] != '.').Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(["caddy"], Services.Where(service => service.Value["ports"].IsThere).Select(service => service.Key));
    }

    [Fact]
    public async Task Caddy_knows_every_node_and_asks_whether_it_is_ready()
    {
        Requirement.Package("caddy", "caddy");
        var run = await ToolProcess.RunAsync("/usr/bin/env", ["CISTERN_HOST=logs.example.com", "caddy", "adapt", "--config", Path.Combine(Folder, "Caddyfile")], Folder);

        Assert.True(run.ExitCode == 0, run.Output);
        var proxy = Find(JsonDocument.Parse(run.Output[run.Output.IndexOf('{', StringComparison.Ordinal)..(run.Output.LastIndexOf('}') + 1)]).RootElement, "reverse_proxy")!.Value;
        Assert.Equal(Named("^cistern-").Select(node => $"{node}:8080"), proxy.GetProperty("upstreams").EnumerateArray().Select(upstream => upstream.GetProperty("dial").GetString()));
        Assert.Equal("/readyz", proxy.GetProperty("health_checks").GetProperty("active").GetProperty("uri").GetString());
        Assert.True(proxy.GetProperty("transport").GetProperty("response_header_timeout").GetInt64() >= 180_000_000_000);
    }

    private static JsonElement? Find(JsonElement at, string handler) => at.ValueKind switch
    {
        JsonValueKind.Object when at.TryGetProperty("handler", out var name) && name.GetString() == handler => at,
        JsonValueKind.Object => at.EnumerateObject().Select(member => Find(member.Value, handler)).FirstOrDefault(found => found is not null),
        JsonValueKind.Array => at.EnumerateArray().Select(item => Find(item, handler)).FirstOrDefault(found => found is not null),
        _ => null,
    };

    private static string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));

    private static XDocument Xml(string name) => XDocument.Parse(Read(name));

    [GeneratedRegex(@"\$\{[A-Z_0-9]+(:[?-][^}]*)?\}")]
    private static partial Regex Variable();

    [GeneratedRegex(@"\$\{([A-Z_0-9]+):\?")]
    private static partial Regex Wanted();
}
