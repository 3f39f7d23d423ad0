using System.CommandLine;

namespace Cistern.Commands.Aws.Packing;

/// <summary><c>cistern aws function</c>: packs <c>Cistern.Transform</c> for Lambda; needs neither an SDK nor AWS.</summary>
internal static class PackCommand
{
    private const string FunctionName = "cistern-transform";

    public static CisternCommand Create(CommandContext context)
    {
        var file = new Option<string>("--out") { Description = "The zip to write; one that is there is replaced.", HelpName = "FILE", Required = true };
        var runtime = new Option<string>("--runtime")
        {
            Description = $"{FunctionPackage.Managed}: AWS's own .NET runs it, on both architectures. {FunctionPackage.Provided}: the package carries the .NET of this machine, which must be Linux with glibc.",
            HelpName = "RUNTIME",
            DefaultValueFactory = _ => FunctionPackage.Managed,
        };
        runtime.AcceptOnlyFromAmong(FunctionPackage.Managed, FunctionPackage.Provided);
        var command = new CisternCommand(
            "function",
            "Pack the Lambda function that keeps the requests that you want, as the zip that Lambda takes. Prints its SHA-256 as Lambda's CodeSha256.",
            "cistern aws function --out transform.zip",
            $"cistern aws function --out transform.zip --runtime {FunctionPackage.Provided}") { file, runtime };
        command.SetAction(parsed =>
        {
            var package = FunctionPackage.Make(parsed.GetValue(runtime)!, Path.Combine(AppContext.BaseDirectory, "transform"), MachineRuntime.OfProcess());
            var path = parsed.GetValue(file)!;
            Write(path, package.Zip.Bytes);
            Tell(context.Terminal, path, package);
        });
        return command;
    }

    // Whole or not at all: half a zip that is uploaded is an outage.
    private static void Write(string path, byte[] bytes)
    {
        var unfinished = path + ".unfinished";
        try
        {
            File.WriteAllBytes(unfinished, bytes);
            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(unfinished))
            {
                File.Delete(unfinished);
            }

            throw new CommandFailedException($"cannot write {path}: {exception.Message}");
        }
    }

    private static void Tell(Terminal terminal, string path, FunctionPackage package)
    {
        terminal.Out.WriteLine(package.Zip.CodeSha256);
        var size = $"{Units.Bytes(package.Zip.Bytes.Length)}, {Units.Bytes(package.Zip.UnzippedBytes)} unzipped";
        terminal.Error.WriteLine($"{path}: {size}, for the runtime {package.Runtime} on {string.Join(" and ", package.Architectures)}; above is its CodeSha256");
        terminal.Error.WriteLine($"""

            Next, with ROLE_ARN a role that Lambda may assume, with the policy AWSLambdaBasicExecutionRole:

              aws lambda create-function --function-name {FunctionName} --runtime {package.Runtime} --handler {FunctionFiles.Handler} \
                --architectures {package.Architectures[0]} --memory-size 512 --timeout 60 --role ROLE_ARN --zip-file fileb://{path} \
                --environment 'Variables={"{CISTERN_KEEP=success,CISTERN_DROP_PATHS=\"/health,static\"}"}'

            and for a newer package:

              aws lambda update-function-code --function-name {FunctionName} --architectures {package.Architectures[0]} --zip-file fileb://{path}

            Then choose it in the Firehose stream, whose role needs lambda:InvokeFunction and lambda:GetFunctionConfiguration on the function's ARN with ':*' behind it.
            """);
    }
}
