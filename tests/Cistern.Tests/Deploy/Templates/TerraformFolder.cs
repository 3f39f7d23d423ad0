using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cistern.Tests.Faults;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Deploy.Templates;

/// <summary>A folder in which Terraform runs, with the provider of AWS.</summary>
/// <remarks>
/// The provider comes from the registry, or from a folder that is laid out as a mirror of it, which <c>CISTERN_TF_PLUGINS</c> names. Where
/// it cannot be had, the test is left out.
/// </remarks>
internal sealed partial class TerraformFolder : IDisposable
{
    private const string MirrorVariable = "CISTERN_TF_PLUGINS";

    private readonly ScratchFolder _folder = new();
    private readonly string? _configuration;

    private TerraformFolder()
    {
        _configuration = Environment.GetEnvironmentVariable("TF_CLI_CONFIG_FILE") is { } file && File.Exists(file) ? file : null;
        if (Environment.GetEnvironmentVariable(MirrorVariable) is { Length: > 0 } mirror)
        {
            _configuration = Path.Combine(_folder, "terraform.rc");
            File.WriteAllText(_configuration, $$"""
                disable_checkpoint = true
                provider_installation {
                  filesystem_mirror {
                    path    = "{{mirror}}"
                    include = ["hashicorp/*"]
                  }
                }
                """);
        }
    }

    /// <summary>The folder with <paramref name="text"/> in it, modules in folders that have their numbers, and the provider at hand.</summary>
    public static async Task<TerraformFolder> OpenAsync(string text, params string[] modules)
    {
        Requirement.Tool("terraform", "see https://developer.hashicorp.com/terraform/install");
        var folder = new TerraformFolder();
        folder.Write("cistern.tf", text);
        foreach (var (number, module) in modules.Index())
        {
            folder.Write($"{number}/cistern.tf", module);
        }

        var (exitCode, output) = await folder.RunAsync("init", "-input=false", "-no-color");
        if (exitCode != 0)
        {
            folder.Dispose();
            Assert.True(NoProvider().IsMatch(output), output); // Whatever else stops it is an error of the files.
            Assert.Skip($"needs Terraform's provider hashicorp/aws, which cannot be had: set {MirrorVariable} to a folder that mirrors the registry; {output.Trim()}");
        }

        return folder;
    }

    /// <summary>The provider "aws" that finds every service at <paramref name="url"/>.</summary>
    public static string Provider(string url, string region) => $$"""
        provider "aws" {
          region                      = "{{region}}"
          access_key                  = "test"
          secret_key                  = "test"
          skip_credentials_validation = true
          skip_metadata_api_check     = true
          s3_use_path_style           = true
          max_retries                 = 1

          endpoints {
        {{string.Join('\n', ((string[])["cloudfront", "cloudwatch", "firehose", "iam", "kinesis", "logs", "s3", "s3control", "sts"]).Select(service => $"    {service} = \"{url}\""))}}
          }
        }
        """;

    public void Write(string file, string text)
    {
        var path = Path.Combine(_folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    public Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) =>
        ToolProcess.RunAsync("terraform", arguments, _folder, ("TF_CLI_CONFIG_FILE", _configuration), ("TF_IN_AUTOMATION", "1"), ("CHECKPOINT_DISABLE", "1"));

    public async Task<string> SucceedAsync(params string[] arguments)
    {
        var (exitCode, output) = await RunAsync(arguments);
        Assert.True(exitCode == 0, output);
        return output;
    }

    /// <summary>The resources of the state: address, type and values of each.</summary>
    public async Task<IReadOnlyList<(string Address, string Type, JsonNode Values)>> ResourcesAsync()
    {
        var state = JsonNode.Parse(await SucceedAsync("show", "-json", "-no-color"))!;
        return [.. state["values"]!["root_module"]!["resources"]!.AsArray().Where(item => (string?)item!["mode"] == "managed").Select(item => ((string)item!["address"]!, (string)item["type"]!, item["values"]!))];
    }

    public void Dispose() => _folder.Dispose();

    [GeneratedRegex("Failed to (query available provider packages|install provider)")]
    private static partial Regex NoProvider();
}
