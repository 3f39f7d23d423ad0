using Cistern.Operations.Settings;

namespace Cistern.Tests.Deploy.Running;

/// <summary>Holds deploy/compose/compose.yaml to the image and the program. The Caddyfile beside it is run by <see cref="CaddyTests"/>.</summary>
public sealed class ComposeTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "deploy", "compose");
    private static readonly Yaml File = Yaml.Read(System.IO.File.ReadAllText(Path.Combine(Folder, "compose.yaml")));

    [Theory]
    [InlineData("cistern")]
    [InlineData("caddy")]
    public void Both_services_have_as_few_rights_as_they_can(string name)
    {
        var service = File["services", name];

        Assert.Equal("true", service["read_only"].Text);
        Assert.Equal(["ALL"], service["cap_drop"].Items.Select(item => item.Text));
        Assert.Equal(["no-new-privileges:true"], service["security_opt"].Items.Select(item => item.Text));
        Assert.Equal("unless-stopped", service["restart"].Text);
        Assert.StartsWith("/tmp:", Assert.Single(service["tmpfs"].Items).Text, StringComparison.Ordinal);
        Assert.True(service["mem_limit"].IsThere && service["pids_limit"].IsThere);
        Assert.Equal(name == "caddy" ? ["NET_BIND_SERVICE"] : [], service["cap_add"].Items.Select(item => item.Text));
        Assert.False(service["privileged"].IsThere || service["user"].IsThere);
    }

    [Fact]
    public void What_it_builds_mounts_and_publishes_is_there()
    {
        var cistern = File["services", "cistern"];
        var context = Path.GetFullPath(Path.Combine(Folder, cistern["build", "context"].Text));
        var named = File["volumes"].Members.Keys;
        var mounts = File["services"].Members.Values.SelectMany(service => service["volumes"].Items).Select(mount => mount.Text.Split(':')).ToArray();

        Assert.Equal(Repository.Root, context);
        Assert.True(Path.Exists(Path.Combine(context, cistern["build", "dockerfile"].Text)));
        Assert.All(mounts, mount => Assert.True(mount[0].StartsWith("./", StringComparison.Ordinal) ? Path.Exists(Path.Combine(Folder, mount[0])) : named.Contains(mount[0]), mount[0]));
        Assert.Equal(Dockerfile.Read().Single(instruction => instruction.Name == "VOLUME").Rest, cistern["volumes", 0].Text.Split(':')[1]);
        Assert.False(cistern["ports"].IsThere, "Cistern itself is not published: it speaks plain HTTP");
        Assert.Equal("service_healthy", File["services", "caddy", "depends_on", "cistern", "condition"].Text);
        Assert.All(File["services"].Members.Values, service => Assert.All(service["networks"].Items, network => Assert.Contains(network.Text, File["networks"].Members.Keys)));
        Assert.Contains("reverse_proxy {$CISTERN_UPSTREAM:cistern:8080}", System.IO.File.ReadAllText(Path.Combine(Folder, "Caddyfile")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_settings_are_settings_and_trust_caddys_network_alone()
    {
        var variables = File["services", "cistern", "environment"].Members.ToDictionary(pair => pair.Key, pair => pair.Value.Text);
        variables["CISTERN__DATAFOLDER"] = Path.Combine(Path.GetTempPath(), "cistern-nowhere");

        var reading = SettingsReader.Read(new Dictionary<string, string>(), variables);

        Assert.Empty(reading.Problems);
        Assert.Equal(File["networks", "inner", "ipam", "config", 0, "subnet"].Text, Assert.Single(reading.Settings.TrustedProxies).ToString());
    }
}
