using System.Globalization;
using Cistern.Operations.Settings;
using Cistern.Tests.Faults;
using Cistern.Tests.Ingest;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Deploy.Running;

/// <summary>What kubectl makes of deploy/kubernetes: that its parts fit each other, the image and the program.</summary>
public sealed class KubernetesTests
{
    private const string Base = "base";
    private const string Example = "overlays/example";

    [Theory]
    [InlineData(Base)]
    [InlineData(Example)]
    public async Task Selectors_ports_and_volumes_fit(string folder)
    {
        var made = await BuildAsync(folder);
        var set = made["StatefulSet"]["spec"];
        var pod = set["template"];
        var container = pod["spec", "containers", 0];
        var labels = pod["metadata", "labels"].Members.ToDictionary(pair => pair.Key, pair => pair.Value.Text);

        Yaml[] selectors = [made["Service"]["spec", "selector"], set["selector", "matchLabels"], made["PodDisruptionBudget"]["spec", "selector", "matchLabels"], made["NetworkPolicy"]["spec", "podSelector", "matchLabels"]];
        Assert.All(selectors, selector =>
        {
            Assert.NotEmpty(selector.Members);
            Assert.All(selector.Members, pair => Assert.Equal(labels[pair.Key], pair.Value.Text));
        });

        var ports = container["ports"].Items.Select(port => port["name"].Text).ToArray();
        var backend = made["Ingress"]["spec", "rules", 0, "http", "paths", 0, "backend", "service"];
        var servicePort = made["Service"]["spec", "ports", 0];
        Assert.Equal(Dockerfile.Read().Single(instruction => instruction.Name == "EXPOSE").Rest, container["ports", 0, "containerPort"].Text);
        Assert.Contains(servicePort["targetPort"].Text, ports);
        Assert.Contains(made["NetworkPolicy"]["spec", "ingress", 0, "ports", 0, "port"].Text, ports);
        Assert.All(Probes(container), probe => Assert.Contains(probe["httpGet", "port"].Text, ports));
        Assert.Equal((made["Service"]["metadata", "name"].Text, servicePort["name"].Text), (backend["name"].Text, backend["port", "name"].Text));
        Assert.Equal(made["Service"]["metadata", "name"].Text, set["serviceName"].Text);

        var volumes = pod["spec", "volumes"].Items.Select(volume => volume["name"].Text).Concat(set["volumeClaimTemplates"].Items.Select(claim => claim["metadata", "name"].Text)).ToArray();
        Assert.Equal(volumes.Order(), container["volumeMounts"].Items.Select(mount => mount["name"].Text).Order());
        Assert.Contains(container["volumeMounts"].Items, mount => mount["mountPath"].Text == Dockerfile.Read().Single(instruction => instruction.Name == "VOLUME").Rest);
        Assert.Contains(container["volumeMounts"].Items, mount => mount["mountPath"].Text == "/tmp");
        var settings = pod["spec", "volumes"].Items.Single(volume => volume["configMap"].IsThere);
        Assert.Equal(made["ConfigMap"]["metadata", "name"].Text, settings["configMap", "name"].Text);
        Assert.Contains(container["volumeMounts"].Items.Single(mount => mount["subPath"].IsThere)["subPath"].Text, made["ConfigMap"]["data"].Members.Keys);
        Assert.Equal(made["ServiceAccount"]["metadata", "name"].Text, pod["spec", "serviceAccountName"].Text);
        Assert.All(made.Values.Where(one => one["kind"].Text != "Namespace"), one => Assert.Equal(made["Namespace"]["metadata", "name"].Text, one["metadata", "namespace"].Text));
    }

    [Fact]
    public async Task The_pod_may_do_nothing_but_its_work_and_runs_as_the_user_of_the_image()
    {
        var made = await BuildAsync(Base);
        var pod = made["StatefulSet"]["spec", "template", "spec"];
        var container = pod["containers", 0];

        Assert.Equal("true", pod["securityContext", "runAsNonRoot"].Text);
        Assert.All(["runAsUser", "runAsGroup", "fsGroup"], name => Assert.Equal(Dockerfile.User, pod["securityContext", name].Text));
        Assert.Equal("RuntimeDefault", pod["securityContext", "seccompProfile", "type"].Text);
        Assert.Equal("false", pod["automountServiceAccountToken"].Text);
        Assert.Equal("false", container["securityContext", "allowPrivilegeEscalation"].Text);
        Assert.Equal("true", container["securityContext", "readOnlyRootFilesystem"].Text);
        Assert.Equal(["ALL"], container["securityContext", "capabilities", "drop"].Items.Select(item => item.Text));
        Assert.True(container["resources", "limits", "memory"].IsThere);
        Assert.True(container["resources", "requests", "memory"].IsThere);

        // One process owns the folder, and a budget that keeps it would keep its node.
        Assert.Equal("1", made["StatefulSet"]["spec", "replicas"].Text);
        Assert.Equal("1", made["PodDisruptionBudget"]["spec", "maxUnavailable"].Text);
        Assert.Equal(["Egress", "Ingress"], made["NetworkPolicy"]["spec", "policyTypes"].Items.Select(item => item.Text).Order());
        Assert.Equal(["443", "53", "53"], made["NetworkPolicy"]["spec", "egress"].Items.SelectMany(rule => rule["ports"].Items).Select(port => port["port"].Text).Order());
    }

    [Fact]
    public async Task What_stands_in_front_lets_the_largest_delivery_through_and_waits_as_long_as_firehose()
    {
        var annotations = (await BuildAsync(Base))["Ingress"]["metadata", "annotations"].Members;

        foreach (var controller in new[] { "nginx.org/client-max-body-size", "nginx.ingress.kubernetes.io/proxy-body-size" })
        {
            Assert.Matches("^[0-9]+m$", annotations[controller].Text);
            Assert.True(int.Parse(annotations[controller].Text.TrimEnd('m'), CultureInfo.InvariantCulture) >= 96, $"{controller} is {annotations[controller].Text}");
        }

        var waits = annotations.Where(pair => pair.Key.EndsWith("-timeout", StringComparison.Ordinal)).ToArray();
        Assert.Equal(4, waits.Length);
        Assert.All(waits, pair => Assert.True(int.Parse(pair.Value.Text.TrimEnd('s'), CultureInfo.InvariantCulture) >= 180, $"{pair.Key} is {pair.Value.Text}"));
    }

    [Fact]
    public async Task Probes_ask_addresses_that_there_are_and_the_settings_can_be_used()
    {
        var made = await BuildAsync(Base);
        var container = made["StatefulSet"]["spec", "template", "spec", "containers", 0];
        await using var server = await TestServer.StartAsync();
        using var folder = new ScratchFolder();
        await File.WriteAllTextAsync(Path.Combine(folder, "cistern.json"), made["ConfigMap"]["data", "cistern.json"].Text, TestContext.Current.CancellationToken);

        foreach (var probe in Probes(container))
        {
            Assert.Equal(200, (await server.GetAsync(probe["httpGet", "path"].Text)).Status);
        }

        // A disk that is full makes it unready, and nothing is mended by ending the process.
        server.Store.Full = "the disk is full";
        Assert.Equal(200, (await server.GetAsync(container["livenessProbe", "httpGet", "path"].Text)).Status);
        Assert.Equal(503, (await server.GetAsync(container["readinessProbe", "httpGet", "path"].Text)).Status);
        Assert.Empty(SettingsReader.Read(new Dictionary<string, string> { ["dataFolder"] = folder }, new System.Collections.Hashtable()).Problems);
    }

    private static Yaml[] Probes(Yaml container) => [container["startupProbe"], container["livenessProbe"], container["readinessProbe"]];

    private static async Task<Dictionary<string, Yaml>> BuildAsync(string folder)
    {
        Requirement.Tool("kubectl", "install it as https://kubernetes.io/docs/tasks/tools says");
        var run = await ToolProcess.RunAsync("kubectl", ["kustomize", Path.Combine(Repository.Root, "deploy", "kubernetes", folder)], Repository.Root);
        Assert.True(run.ExitCode == 0, run.Output);
        return Yaml.ReadAll(run.Output).ToDictionary(document => document["kind"].Text);
    }
}
