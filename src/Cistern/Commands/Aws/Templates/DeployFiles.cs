namespace Cistern.Commands.Aws.Templates;

/// <summary>The files of <c>deploy/cloudformation</c> and <c>deploy/terraform</c>, which the program carries.</summary>
internal static class DeployFiles
{
    public const string CloudFormation = "cloudformation/cistern.yaml";

    /// <param name="name">Such as <c>terraform/realtime.tf</c>.</param>
    public static string Read(string name)
    {
        using var stream = typeof(DeployFiles).Assembly.GetManifestResourceStream($"deploy/{name}") ?? throw new InvalidOperationException($"the program carries no file deploy/{name}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
