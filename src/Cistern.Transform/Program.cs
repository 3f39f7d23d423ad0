using Cistern.Transform;

// The way of an event: RuntimeClient asks for it, EventReader takes it apart, RecordTransformer judges each record, ResponseWriter gathers the answers.
const int MisuseExit = 2;
const int ConfigurationExit = 1;
const int RuntimeGoneExit = 3;

var address = Environment.GetEnvironmentVariable("AWS_LAMBDA_RUNTIME_API");
if (string.IsNullOrEmpty(address))
{
    await Console.Error.WriteLineAsync("this program is an AWS Lambda function: AWS_LAMBDA_RUNTIME_API is not set. Run it in Lambda, or with cistern firehose --function NAME=COMMAND");
    return MisuseExit;
}

using var client = new RuntimeClient(address);
var settings = TransformSettings.Read(Environment.GetEnvironmentVariable, out var problems);
if (problems.Count > 0)
{
    await client.FailInitAsync(string.Join("; ", problems));
    return ConfigurationExit;
}

try
{
    await client.RunAsync(new TransformFunction(settings, Console.Out.WriteLine).Transform);
}
catch (HttpRequestException exception)
{
    await Console.Error.WriteLineAsync($"the Lambda Runtime API at {address} is gone: {exception.Message}");
}

return RuntimeGoneExit;
