using System.Text.Json;
using System.Xml.Linq;

namespace Cistern.Tests.Deploy.Running;

/// <summary>Holds deploy/Dockerfile to the repository, because nothing here can build it.</summary>
public sealed class DockerfileTests
{
    private static readonly IReadOnlyList<DockerInstruction> Instructions = Dockerfile.Read();

    [Fact]
    public void Every_file_that_is_copied_is_there_and_in_the_context()
    {
        var context = new DockerContext();
        var copied = Instructions.Where(instruction => instruction.Name == "COPY" && instruction.Flag("from") is null).SelectMany(instruction => instruction.Words[..^1]).ToArray();

        Assert.True(copied.Length >= 15, $"{copied.Length} files and folders");
        foreach (var path in copied)
        {
            Assert.True(Path.Exists(Path.Combine(Repository.Root, path)), $"deploy/Dockerfile copies {path}, which is not there");
            Assert.True(context.Holds(path.TrimEnd('/')), $".dockerignore leaves out {path}, which deploy/Dockerfile copies");
        }
    }

    [Theory]
    [InlineData(".git/config", false)]
    [InlineData("tests/Cistern.Tests/Repository.cs", false)]
    [InlineData("src/Cistern/bin/Debug/net10.0/cistern.dll", false)]
    [InlineData("src/Cistern/obj/project.assets.json", false)]
    [InlineData("web/node_modules/vite/package.json", false)]
    [InlineData("native/node_modules/.stamp", false)]
    [InlineData("web/dist/index.html", false)]
    [InlineData("data/keys.json", false)]
    [InlineData("src/Cistern/Program.cs", true)]
    [InlineData("web/build/frame.ts", true)]
    [InlineData("build/npm-ci.mjs", true)]
    public void The_context_holds_what_the_build_reads_and_nothing_that_a_machine_left(string path, bool held) =>
        Assert.Equal(held, new DockerContext().Holds(path));

    [Fact]
    public void Every_project_that_the_program_is_made_of_is_restored_from_its_lock_file()
    {
        var copied = Instructions.Where(instruction => instruction.Name == "COPY").SelectMany(instruction => instruction.Words).ToHashSet();
        foreach (var project in ProjectsBelow("src/Cistern/Cistern.csproj"))
        {
            Assert.Contains(project, copied);
            var lockFile = Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json");
            Assert.True(!File.Exists(Path.Combine(Repository.Root, lockFile)) || copied.Contains(lockFile), $"deploy/Dockerfile does not copy {lockFile} before it restores");
        }

        Assert.Contains(Instructions, instruction => instruction is { Name: "RUN" } && instruction.Rest.Contains("dotnet restore src/Cistern/Cistern.csproj --locked-mode", StringComparison.Ordinal));
    }

    [Fact]
    public void Stages_have_names_and_images_come_from_two_places_only()
    {
        var from = Instructions.Where(instruction => instruction.Name == "FROM").ToArray();

        Assert.Equal(["node", "build", "runtime"], from.Select(instruction => instruction.Stage));
        Assert.All(from, instruction => Assert.True(
            instruction.Words[0].StartsWith("mcr.microsoft.com/dotnet/", StringComparison.Ordinal) || instruction.Words[0].StartsWith("node:", StringComparison.Ordinal), instruction.Rest));
        Assert.Equal("10.0", Argument("DOTNET"));
        Assert.StartsWith("20-", Argument("NODE"), StringComparison.Ordinal);
        Assert.All(Instructions.Where(instruction => instruction.Flag("from") is not null), instruction => Assert.Contains(instruction.Flag("from"), from.Select(stage => stage.Stage)));
    }

    [Fact]
    public void The_image_runs_what_publish_makes_as_nobody_in_particular()
    {
        var runtime = Instructions.Where(instruction => instruction.Stage == "runtime").ToArray();
        var name = XDocument.Load(Path.Combine(Repository.Root, "src/Cistern/Cistern.csproj")).Descendants("AssemblyName").Single().Value;
        var entry = JsonSerializer.Deserialize<string[]>(runtime.Single(instruction => instruction.Name == "ENTRYPOINT").Rest)!;

        Assert.Equal(["dotnet", $"/app/{name}.dll"], entry);
        Assert.Equal(["serve"], JsonSerializer.Deserialize<string[]>(runtime.Single(instruction => instruction.Name == "CMD").Rest)!);
        Assert.Matches("^[1-9][0-9]*:[1-9][0-9]*$", runtime.Single(instruction => instruction.Name == "USER").Rest);
        Assert.Equal("/data", runtime.Single(instruction => instruction.Name == "VOLUME").Rest);
        Assert.Equal("8080", runtime.Single(instruction => instruction.Name == "EXPOSE").Rest);
        Assert.Equal("SIGTERM", runtime.Single(instruction => instruction.Name == "STOPSIGNAL").Rest);
        Assert.DoesNotContain(runtime, instruction => instruction.Name is "RUN" or "ADD");
    }

    [Fact]
    public async Task The_health_check_is_a_command_that_there_is_and_the_settings_are_settings()
    {
        var runtime = Instructions.Where(instruction => instruction.Stage == "runtime").ToArray();
        var check = runtime.Single(instruction => instruction.Name == "HEALTHCHECK").Rest;
        var command = JsonSerializer.Deserialize<string[]>(check[(check.IndexOf("CMD", StringComparison.Ordinal) + 3)..])!;
        var variables = runtime.Where(instruction => instruction.Name == "ENV").SelectMany(instruction => instruction.Words).Select(word => word.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

        Assert.Equal(["dotnet", "/app/cistern.dll", "ready"], command);
        Assert.Equal(0, (await Commands.CommandRun.RunAsync(["ready", "--help"])).ExitCode);
        variables["CISTERN__DATAFOLDER"] = Path.Combine(Path.GetTempPath(), "cistern-nowhere");
        var reading = Cistern.Operations.Settings.SettingsReader.Read(new Dictionary<string, string>(), variables);
        Assert.Empty(reading.Problems);
        Assert.Equal(["http://*:8080"], reading.Settings.Listen);
    }

    private static string Argument(string name) =>
        Instructions.Single(instruction => instruction.Name == "ARG" && instruction.Rest.StartsWith(name + "=", StringComparison.Ordinal)).Rest.Split('=')[1];

    private static IEnumerable<string> ProjectsBelow(string project)
    {
        var references = XDocument.Load(Path.Combine(Repository.Root, project)).Descendants("ProjectReference").Select(reference => reference.Attribute("Include")!.Value);
        return references.Select(path => Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(project)!, path))))
            .SelectMany(ProjectsBelow).Prepend(project).Distinct();
    }
}
