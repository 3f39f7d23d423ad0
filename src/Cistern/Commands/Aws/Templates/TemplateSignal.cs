namespace Cistern.Commands.Aws.Templates;

/// <summary>What a template brings to the server; the names are those of the sections in <c>deploy/</c>, and how streams are named.</summary>
internal enum TemplateSignal
{
    /// <summary>CloudFront's real-time logs, by way of Kinesis.</summary>
    Realtime = 1,

    /// <summary>CloudFront's standard logs, version 2.</summary>
    Standard = 2,

    /// <summary>CloudWatch Logs.</summary>
    Logs = 3,

    /// <summary>A CloudWatch metric stream.</summary>
    Metrics = 4,
}

internal enum TemplateForm
{
    CloudFormation = 1,
    Terraform = 2,
}
