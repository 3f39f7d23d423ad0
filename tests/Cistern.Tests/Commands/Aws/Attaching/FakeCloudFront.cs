using System.Text.Json.Nodes;
using Cistern.Commands.Aws.Attaching;

namespace Cistern.Tests.Commands.Aws.Attaching;

/// <summary>CloudFront as a scripted AWS CLI: one distribution with a version, one log configuration.</summary>
internal sealed class FakeCloudFront : IDisposable
{
    public const string Id = "E2OWNEXAMPLE";
    public const string Ours = "arn:aws:cloudfront::111122223333:realtime-log-config/cistern";
    public const string Others = "arn:aws:cloudfront::111122223333:realtime-log-config/others";

    // Members that we know nothing of, text that needs escapes, and numbers that a double would not keep.
    private const string Config = """
        {"CallerReference":"x","Comment":"naïve \"site\" <&> 😀","Future":{"Big":12345678901234567890,"Exact":0.1000,"List":[null,true,{"a":[]}]},
         "Origins":{"Quantity":1,"Items":[{"Id":"o1","CustomHeaders":{"Quantity":1,"Items":[{"HeaderName":"X-Origin-Secret","HeaderValue":"hush-hush"}]}}]},
         "DefaultCacheBehavior":{"TargetOriginId":"o1","MinTTL":0,"Later":"yes"},
         "CacheBehaviors":{"Quantity":2,"Items":[{"PathPattern":"/blog/*","TargetOriginId":"o1","RealtimeLogConfigArn":""},{"PathPattern":"/shop/*","TargetOriginId":"o1"}]}}
        """;

    private const string Script = """
        echo "$*" >> calls
        if [ -s "fail-$2" ]; then cat "fail-$2" >&2; exit 254; fi
        refuse() { printf '\nAn error occurred (%s) when calling the Operation operation: %s\n' "$1" "$2" >&2; exit 254; }
        case "$2" in
          get-realtime-log-config) cat log-config ;;
          get-distribution-config)
            printf '{"ETag":"%s","DistributionConfig":' "$(cat version)"; cat config; printf '}' ;;
          update-distribution)
            file=${8#file://}
            stat -c '%a %n' "$file" > mode
            if [ -f meanwhile ]; then . ./meanwhile; fi
            [ "$6" = "$(cat version)" ] || refuse PreconditionFailed 'The precondition given in one or more of the request-header fields evaluated to false.'
            cp "$file" config; echo "$6+" > version
            printf '{"ETag":"new","Distribution":{"Status":"InProgress"}}' ;;
        esac
        """;

    private readonly ScriptedCli _cli = new(Script);

    public FakeCloudFront()
    {
        Write("config", Config);
        Write("version", "E1");
        SetLogConfig("timestamp", "c-ip", "sc-status", "cs-uri-stem", "asn");
    }

    public string UndoPath => In("undo.json");

    public Distribution Now => Distribution.Read(Id, System.Text.Json.JsonDocument.Parse($$"""{"ETag":"x","DistributionConfig":{{File.ReadAllText(In("config"))}}}""").RootElement);

    public JsonNode NowJson => JsonNode.Parse(File.ReadAllText(In("config")))!;

    public static JsonNode StartJson => JsonNode.Parse(Config)!;

    /// <summary>Mode and path of the file that the last update was handed.</summary>
    public string[] SentFile => File.ReadAllText(In("mode")).Trim().Split(' ');

    public string[] Calls => File.Exists(In("calls")) ? File.ReadAllLines(In("calls")) : [];

    public IEnumerable<string> Updates => Calls.Where(call => call.Contains("update-distribution", StringComparison.Ordinal));

    public void SetLogConfig(params string[] fields) => Write(
        "log-config",
        $$$"""{"RealtimeLogConfig":{"ARN":"{{{Ours}}}","Name":"cistern","SamplingRate":10,"Fields":[{{{string.Join(',', fields.Select(field => $"\"{field}\""))}}}],"EndPoints":[{"StreamType":"Kinesis","KinesisStreamConfig":{"RoleARN":"r","StreamARN":"arn:aws:kinesis:us-east-1:111122223333:stream/cistern"}}]}}""");

    public void Attach(string path, string? arn)
    {
        var now = Now;
        now.SetLogConfig(path, arn);
        Write("config", now.ToJson());
    }

    /// <summary>Every call of an operation is refused.</summary>
    public void Refuse(string operation, string code, string text) => Write($"fail-{operation}", $"\nAn error occurred ({code}) when calling the X operation: {text}\n");

    public void Break(string operation, string text) => Write($"fail-{operation}", text);

    /// <summary>What somebody else does between our reading and our update; a shell script in the folder.</summary>
    public void Meanwhile(string script) => Write("meanwhile", script);

    public Task<CommandRun> RunAsync(params string[] arguments) => RunAsync("", isAsked: false, [.. arguments, "--yes"]);

    public Task<CommandRun> RunAsync(string input, bool isAsked, params string[] arguments) =>
        CommandRun.RunAsync(["aws", "attach", "--aws-command", _cli.Command, .. arguments, .. arguments.Contains("--undo-file") ? Array.Empty<string>() : ["--undo-file", UndoPath]], input, isAsked: isAsked);

    public string In(string name) => Path.Combine(_cli.Folder, name);

    public void Dispose() => _cli.Dispose();

    private void Write(string name, string text) => File.WriteAllText(In(name), text);
}
