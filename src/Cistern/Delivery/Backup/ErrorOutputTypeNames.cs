namespace Cistern.Delivery.Backup;

internal static class ErrorOutputTypeNames
{
    /// <summary>What <c>!{firehose:error-output-type}</c> stands for. Scripts filter keys by it: append only, never rename.</summary>
    public static string Name(this ErrorOutputType type) => type switch
    {
        ErrorOutputType.HttpEndpointFailed => "http-endpoint-failed",
        ErrorOutputType.ProcessingFailed => "processing-failed",
        ErrorOutputType.DecompressionFailed => "decompression-failed",
        ErrorOutputType.DestinationUnsupported => "destination-unsupported",
    };
}
