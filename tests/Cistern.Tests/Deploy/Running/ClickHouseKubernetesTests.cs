using System.Xml.Linq;
using Cistern.Operations.Settings;
using Cistern.Tests.Faults;
using Cistern.Tests.Ingest;

namespace Cistern.Tests.Deploy.Running;

/// <summary>What kubectl makes of deploy/kubernetes/clickhouse: nodes in the place of one with a volume, and a ClickHouse of two shards by two replicas.</summary>
public sealed class ClickHouseKubernetesTests
{
    [Fact]
    public async Task The_nodes_take_the_place_of_the_one_with_a_volume()
    {
        var made = await BuildAsync("clickhouse");
        var deployment = made.Single(one => one["kind"].Text == "Deployment");
        var pod = deployment["spec", "template"];
        var container = pod["spec", "containers", 0];
        var labels = pod["metadata", "labels"].Members.ToDictionary(pair => pair.Key, pair => pair.Value.Text);
        var service = One(made, "Service");

        Assert.DoesNotContain(made, one => one["kind"].Text == "StatefulSet");
        Yaml[] selectors = [service["spec", "selector"], deployment["spec", "selector", "matchLabels"], One(made, "PodDisruptionBudget")["spec", "selector", "matchLabels"], One(made, "NetworkPolicy")["spec", "podSelector", "matchLabels"], .. pod["spec", "topologySpreadConstraints"].Items.Select(one => one["labelSelector", "matchLabels"])];
        Assert.All(selectors, selector => Assert.All(selector.Members, pair => Assert.Equal(labels[pair.Key], pair.Value.Text)));
        Assert.All(selectors, selector => Assert.NotEmpty(selector.Members));
        Assert.Equal("false", service["spec", "publishNotReadyAddresses"].Text);
        var volumes = pod["spec", "volumes"].Items.Select(volume => volume["name"].Text).ToArray();
        Assert.Equal(volumes.Order(), container["volumeMounts"].Items.Select(mount => mount["name"].Text).Order());
        Assert.All(pod["spec", "volumes"].Items, volume => Assert.True(volume["emptyDir"].IsThere || volume["configMap", "name"].Text == One(made, "ConfigMap")["metadata", "name"].Text));
        Assert.Contains(service["spec", "ports", 0, "targetPort"].Text, container["ports"].Items.Select(port => port["name"].Text));
        Assert.Equal(Dockerfile.Read().Single(instruction => instruction.Name == "EXPOSE").Rest, container["ports", 0, "containerPort"].Text);
        Assert.Equal(["443", "53", "53", "8123", "8443"], One(made, "NetworkPolicy")["spec", "egress"].Items.SelectMany(rule => rule["ports"].Items).Select(port => port["port"].Text).Order());
    }

    [Fact]
    public async Task There_are_three_at_least_and_more_by_their_processors()
    {
        var made = await BuildAsync("clickhouse");
        var deployment = One(made, "Deployment");
        var scaler = One(made, "HorizontalPodAutoscaler")["spec"];

        Assert.Equal((deployment["kind"].Text, deployment["metadata", "name"].Text), (scaler["scaleTargetRef", "kind"].Text, scaler["scaleTargetRef", "name"].Text));
        Assert.Equal("3", scaler["minReplicas"].Text);
        Assert.Equal("cpu", scaler["metrics", 0, "resource", "name"].Text);
        Assert.False(deployment["spec", "replicas"].IsThere, "each apply would take nodes away that the autoscaler added");
        Assert.True(deployment["spec", "template", "spec", "containers", 0, "resources", "requests", "cpu"].IsThere, "the autoscaler goes by what is asked for");
        Assert.Equal("0", deployment["spec", "strategy", "rollingUpdate", "maxUnavailable"].Text);
        Assert.Equal("1", One(made, "PodDisruptionBudget")["spec", "maxUnavailable"].Text);
    }

    [Fact]
    public async Task A_node_may_do_as_little_as_the_one_and_takes_its_address_from_a_secret()
    {
        var pod = One(await BuildAsync("clickhouse"), "Deployment")["spec", "template", "spec"];
        var container = pod["containers", 0];
        var variable = Assert.Single(container["env"].Items);

        Assert.Equal("true", pod["securityContext", "runAsNonRoot"].Text);
        Assert.All(["runAsUser", "runAsGroup", "fsGroup"], name => Assert.Equal(Dockerfile.User, pod["securityContext", name].Text));
        Assert.Equal("false", pod["automountServiceAccountToken"].Text);
        Assert.Equal("false", container["securityContext", "allowPrivilegeEscalation"].Text);
        Assert.Equal("true", container["securityContext", "readOnlyRootFilesystem"].Text);
        Assert.Equal(["ALL"], container["securityContext", "capabilities", "drop"].Items.Select(item => item.Text));
        Assert.Contains(SettingsCatalogue.All, setting => $"CISTERN__{setting.Name.ToUpperInvariant().Replace(":", "__", StringComparison.Ordinal)}" == variable["name"].Text);
        Assert.Equal(("cistern-store", "address"), (variable["valueFrom", "secretKeyRef", "name"].Text, variable["valueFrom", "secretKeyRef", "key"].Text));
        await using var server = await TestServer.StartAsync();
        server.Store.Full = "ClickHouse is away";
        Assert.Equal(200, (await server.GetAsync(container["livenessProbe", "httpGet", "path"].Text)).Status);
        Assert.Equal(503, (await server.GetAsync(container["readinessProbe", "httpGet", "path"].Text)).Status);
        Assert.Equal(503, (await server.GetAsync(container["startupProbe", "httpGet", "path"].Text)).Status);
    }

    [Fact]
    public async Task The_servers_are_those_of_the_cluster()
    {
        var made = await BuildAsync("clickhouse/server");
        var settings = made.Single(one => one["kind"].Text == "ConfigMap" && one["data", "cluster.xml"].IsThere)["data"];
        var cluster = XDocument.Parse(settings["cluster.xml"].Text);
        var shards = cluster.Descendants("shard").Where(shard => shard.Element("replica") is not null).ToArray();

        Assert.Equal(2, shards.Length);
        foreach (var (place, shard) in shards.Index())
        {
            var set = Set(made, $"clickhouse-{place + 1}");
            var hosts = Enumerable.Range(0, int.Parse(set["spec", "replicas"].Text, System.Globalization.CultureInfo.InvariantCulture)).Select(number => $"{set["metadata", "name"].Text}-{number}.{set["spec", "serviceName"].Text}");
            Assert.Equal(hosts, shard.Elements("replica").Select(replica => replica.Element("host")!.Value));
            Assert.Equal(2, shard.Elements("replica").Count());
            Assert.Equal($"{place + 1}", Variable(set, "CLICKHOUSE_SHARD")["value"].Text);
            Assert.Equal("metadata.name", Variable(set, "CLICKHOUSE_REPLICA")["valueFrom", "fieldRef", "fieldPath"].Text);
            Assert.Equal($"$(CLICKHOUSE_REPLICA).{set["spec", "serviceName"].Text}", Variable(set, "CLICKHOUSE_HOST")["value"].Text);
            Assert.All(new[] { "cluster.xml", "users.xml" }.SelectMany(file => XDocument.Parse(settings[file].Text).Descendants().Attributes("from_env")), taken => Assert.True(Variable(set, taken.Value).IsThere, taken.Value));
            Assert.All(shard.Elements("replica"), replica => Assert.Contains(replica.Element("port")!.Value, set["spec", "template", "spec", "containers", 0, "ports"].Items.Select(port => port["containerPort"].Text)));
        }
    }

    [Fact]
    public async Task The_keepers_know_each_other_and_the_servers_know_them()
    {
        var made = await BuildAsync("clickhouse/server");
        var keeper = Set(made, "clickhouse-keeper");
        var settings = XDocument.Parse(made.Single(one => one["kind"].Text == "ConfigMap" && one["data", "keeper_config.xml"].IsThere)["data", "keeper_config.xml"].Text);
        var cluster = XDocument.Parse(made.Single(one => one["kind"].Text == "ConfigMap" && one["data", "cluster.xml"].IsThere)["data", "cluster.xml"].Text);
        string[] hosts = [.. Enumerable.Range(0, 3).Select(number => $"clickhouse-keeper-{number}.{keeper["spec", "serviceName"].Text}")];

        Assert.Equal("3", keeper["spec", "replicas"].Text);
        Assert.Equal(hosts, settings.Descendants("hostname").Select(host => host.Value));
        Assert.Equal(["1", "2", "3"], settings.Descendants("raft_configuration").Single().Descendants("id").Select(id => id.Value));
        Assert.Equal(hosts, cluster.Descendants("zookeeper").Single().Descendants("host").Select(host => host.Value));
        Assert.All([.. cluster.Descendants("zookeeper").Single().Descendants("port"), settings.Descendants("tcp_port").Single()], port => Assert.Equal(keeper["spec", "template", "spec", "containers", 0, "ports", 0, "containerPort"].Text, port.Value));
    }

    [Fact]
    public async Task Selectors_ports_and_volumes_of_the_servers_fit()
    {
        var made = await BuildAsync("clickhouse/server");

        foreach (var set in made.Where(one => one["kind"].Text == "StatefulSet"))
        {
            var pod = set["spec", "template"];
            var container = pod["spec", "containers", 0];
            var labels = pod["metadata", "labels"].Members.ToDictionary(pair => pair.Key, pair => pair.Value.Text);
            var service = made.Single(one => one["kind"].Text == "Service" && one["metadata", "name"].Text == set["spec", "serviceName"].Text);
            var budget = made.Single(one => one["kind"].Text == "PodDisruptionBudget" && one["metadata", "name"].Text == set["metadata", "name"].Text);
            Assert.All([service["spec", "selector"], set["spec", "selector", "matchLabels"], budget["spec", "selector", "matchLabels"]], selector => Assert.All(selector.Members, pair => Assert.Equal(labels[pair.Key], pair.Value.Text)));
            Assert.Equal("None", service["spec", "clusterIP"].Text);
            Assert.Equal(container["ports"].Items.Select(port => port["containerPort"].Text), service["spec", "ports"].Items.Select(port => port["port"].Text));
            var volumes = pod["spec", "volumes"].Items.Concat(set["spec", "volumeClaimTemplates"].Items.Select(claim => claim["metadata"])).Select(volume => volume["name"].Text);
            Assert.Equal(volumes.Order(), container["volumeMounts"].Items.Select(mount => mount["name"].Text).Distinct().Order());
            Assert.All(pod["spec", "volumes"].Items, volume => Assert.Contains(made, one => one["kind"].Text == "ConfigMap" && one["metadata", "name"].Text == volume["configMap", "name"].Text));
            Assert.Equal("true", pod["spec", "securityContext", "runAsNonRoot"].Text);
        }
    }

    /// <summary>The two ways to deploy say the same but for the names of the machines.</summary>
    [Fact]
    public async Task The_users_are_those_of_compose()
    {
        var made = await BuildAsync("clickhouse/server");
        var users = made.Single(one => one["kind"].Text == "ConfigMap" && one["data", "users.xml"].IsThere)["data", "users.xml"].Text;
        var compose = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "deploy", "compose", "clickhouse", "users.xml"), TestContext.Current.CancellationToken);

        string[] Parts(string xml) => [.. XDocument.Parse(xml).Descendants().Where(element => !element.HasElements && element.Name != "ip").Select(element => element.ToString())];
        Assert.Equal(Parts(compose), Parts(users));
    }

    private static Yaml One(IEnumerable<Yaml> made, string kind) => made.Single(one => one["kind"].Text == kind);

    private static Yaml Set(IEnumerable<Yaml> made, string name) => made.Single(one => one["kind"].Text == "StatefulSet" && one["metadata", "name"].Text == name);

    private static Yaml Variable(Yaml set, string name) => set["spec", "template", "spec", "containers", 0, "env"].Items.FirstOrDefault(one => one["name"].Text == name) ?? new Yaml(null);

    private static async Task<IReadOnlyList<Yaml>> BuildAsync(string folder)
    {
        Requirement.Tool("kubectl", "install it as https://kubernetes.io/docs/tasks/tools says");
        var run = await ToolProcess.RunAsync("kubectl", ["kustomize", Path.Combine(Repository.Root, "deploy", "kubernetes", folder)], Repository.Root);
        Assert.True(run.ExitCode == 0, run.Output);
        return Yaml.ReadAll(run.Output);
    }
}
