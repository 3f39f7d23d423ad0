using System.Runtime.CompilerServices;
using Cistern.Operations.Settings;
using Cistern.Tests.Faults;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Deploy.Running;

/// <summary>deploy/systemd as systemd's own tools judge it.</summary>
public sealed class SystemdTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "deploy", "systemd");

    [Fact]
    public async Task Systemd_finds_nothing_wrong_with_the_unit()
    {
        Requirement.Package("systemd-analyze", "systemd");

        var run = await ToolProcess.RunAsync("systemd-analyze", ["verify", "--man=no", Path.Combine(Folder, "cistern.service")], Folder);

        Assert.True(run.ExitCode == 0 && !run.Output.Contains("cistern.service:", StringComparison.Ordinal), run.Output);
    }

    [Theory]
    [InlineData("", 15)]
    [InlineData("tls.conf", 18)]
    public async Task Little_is_exposed_to_the_process(string more, int tenths)
    {
        Requirement.Package("systemd-analyze", "systemd");
        using var folder = new ScratchFolder();
        var unit = Path.Combine(folder, "cistern.service");
        await File.WriteAllTextAsync(unit, Text("cistern.service") + (more.Length > 0 ? Text(more) : ""), TestContext.Current.CancellationToken);

        var run = await ToolProcess.RunAsync("systemd-analyze", ["security", "--offline=true", $"--threshold={tenths}", unit], Folder);

        Assert.True(run.ExitCode == 0, run.Output);
    }

    [Fact]
    public void The_unit_starts_what_publish_makes_with_settings_that_there_are()
    {
        var lines = Text("cistern.service").Split('\n');
        var variables = Variables(lines).Concat(Variables(Text("tls.conf").Split('\n'))).ToDictionary(pair => pair.Name, pair => pair.Value);
        variables["CISTERN__DATAFOLDER"] = Path.Combine(Path.GetTempPath(), "cistern-nowhere");
        variables["CISTERN__TLSCERTIFICATE"] = variables["CISTERN__TLSKEY"] = ThisFile();

        Assert.Contains("ExecStart=/usr/bin/dotnet /opt/cistern/cistern.dll serve", lines);
        Assert.Empty(SettingsReader.Read(new Dictionary<string, string>(), variables).Problems);

        // Nothing tells systemd that the program is alive, so that it would end it.
        Assert.DoesNotContain(lines, line => line.StartsWith("WatchdogSec", StringComparison.Ordinal) || line == "Type=notify");
    }

    private static IEnumerable<(string Name, string Value)> Variables(IEnumerable<string> lines) =>
        from line in lines
        where line.StartsWith("Environment=", StringComparison.Ordinal)
        from pair in line["Environment=".Length..].Split(' ')
        select (pair.Split('=', 2)[0], pair.Split('=', 2)[1]);

    private static string Text(string file) => File.ReadAllText(Path.Combine(Folder, file));

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
