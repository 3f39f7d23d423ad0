using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Cistern.Ingest.Keys;
using Spectre.Console;

namespace Cistern.Commands;

/// <summary><c>cistern keys</c>: makes, lists and revokes access keys, also while servers run.</summary>
internal static class KeysCommand
{
    private const string TimeFormat = "yyyy-MM-dd HH:mm";

    public static CisternCommand Create(CommandContext context) =>
        new("keys", "Make, list and revoke access keys.") { CreateCreate(context), CreateList(context), CreateRevoke(context) };

    private static CisternCommand CreateCreate(CommandContext context)
    {
        var name = new Option<string>("--name") { Description = "The key's name, unique among all, also revoked ones.", HelpName = "NAME", Required = true };
        var scopes = List("--scope", "SCOPE", $"What it may do: {ScopeNames.All}; several times for several. Default: ingest.");
        var signals = List("--signal", "SIGNAL", "Only this signal (requests, logs, metrics). Default: all.");
        var streams = List("--stream", "ARN", "Only this delivery stream; * stands for any characters. Default: all.");
        var rate = new Option<double?>("--rate") { Description = "Deliveries a second at most. Default: no limit.", HelpName = "N" };
        var byteRate = new Option<double?>("--rate-mib") { Description = "MiB of bodies a second at most. Default: no limit.", HelpName = "N" };
        var expires = new Option<DateTimeOffset?>("--expires") { Description = "When it ends: a time in UTC such as 2027-01-31, or a duration from now such as 30d.", HelpName = "WHEN", CustomParser = argument => ParseExpiry(argument, context.Time) };
        var fields = new Option<string?>("--fields") { Description = "The fields of the CloudFront lines that it sends, as names or numbers such as 1-46,70.", HelpName = "LIST" };
        var command = new CisternCommand(
            "create",
            "Make a key and print it, alone on the last line of standard output. It cannot be shown again.",
            "cistern keys create --data ./data --name firehose-shop --stream 'arn:aws:firehose:us-east-1:*:deliverystream/shop-*'",
            "cistern keys create --data ./data --name laptop --scope ingest --scope read --expires 30d")
        {
            name, scopes, signals, streams, rate, byteRate, expires, fields,
        };
        var files = new SharedFiles(command);
        command.SetAction((parsed, cancel) => WithKeysAsync(context, files, parsed, keys => Create(context, keys, new NewKey
        {
            Name = parsed.GetValue(name)!,
            Scopes = ReadScopes(parsed.GetValue(scopes)!),
            Signals = parsed.GetValue(signals)!,
            Streams = parsed.GetValue(streams)!,
            RequestsPerSecond = parsed.GetValue(rate),
            MebibytesPerSecond = parsed.GetValue(byteRate),
            Expires = parsed.GetValue(expires),
            CloudFrontFields = parsed.GetValue(fields) ?? "",
        }), cancel));
        return command;
    }

    private static CisternCommand CreateList(CommandContext context)
    {
        var command = new CisternCommand("list", "Show all keys, without their secrets.", "cistern keys list --data ./data");
        var files = new SharedFiles(command);
        command.SetAction((parsed, cancel) => WithKeysAsync(context, files, parsed, keys => context.Terminal.CreateAnsi().Write(TableOf(keys.List(), context.Time.GetUtcNow())), cancel));
        return command;
    }

    private static CisternCommand CreateRevoke(CommandContext context)
    {
        var name = new Argument<string>("name") { Description = "The key's name." };
        var command = new CisternCommand("revoke", "Make a key useless; a running server refuses it within two seconds.", "cistern keys revoke laptop --data ./data") { name };
        var files = new SharedFiles(command);
        command.SetAction((parsed, cancel) => WithKeysAsync(context, files, parsed, keys =>
        {
            var change = keys.Revoke(parsed.GetValue(name)!);
            RefuseProblem(change);
            context.Terminal.Error.WriteLine($"revoked the key '{change.Key!.Name}'");
        }, cancel));
        return command;
    }

    private static void Create(CommandContext context, KeyStore keys, NewKey wanted)
    {
        var change = keys.Create(wanted);
        RefuseProblem(change);
        context.Terminal.Error.WriteLine($"made the key '{wanted.Name}' ({string.Join(", ", ScopeNames.Of(wanted.Scopes))}); keep it now, it cannot be shown again");
        context.Terminal.Out.WriteLine(change.Secret!.Reveal());
    }

    private static void RefuseProblem(KeyChange change)
    {
        if (change.Problem is { } problem)
        {
            throw new CommandFailedException(problem);
        }
    }

    private static async Task<int> WithKeysAsync(CommandContext context, SharedFiles files, ParseResult parsed, Action<KeyStore> work, CancellationToken cancel)
    {
        try
        {
            await using var shared = await files.OpenAsync(context, parsed, cancel);
            work(new KeyStore(shared, context.Time));
            return ExitCode.Ok;
        }
        catch (KeyFileException failure)
        {
            throw new CommandFailedException(failure.Message);
        }
    }

    private static KeyScopes ReadScopes(string[] names)
    {
        var scopes = ScopeNames.Parse(names, out var unknown);
        return unknown is not null ? throw new CommandMisuseException($"cannot use the scope '{unknown}'; scopes are {ScopeNames.All}")
            : names.Length == 0 ? KeyScopes.Ingest
            : scopes;
    }

    private static Table TableOf(IReadOnlyList<ListedKey> keys, DateTimeOffset now)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("name", "state", "scopes", "signals", "streams", "rate", "created", "expires", "last used");
        foreach (var (key, used) in keys)
        {
            table.AddRow(new[]
            {
                key.Name, StateOf(key, now), string.Join(", ", ScopeNames.Of(key.Scopes)), ListOf(key.Signals), ListOf(key.Streams), RateOf(key),
                TimeOf(key.Created), TimeOf(key.Expires), used is null ? "never" : TimeOf(used),
            }.Select(Markup.Escape).ToArray());
        }

        return table;
    }

    private static string StateOf(AccessKey key, DateTimeOffset now) =>
        key.Revoked is not null ? "revoked" : key.Expires <= now ? "expired" : "active";

    private static string ListOf(IReadOnlyList<string> names) => names.Count == 0 ? "all" : string.Join(", ", names);

    private static string RateOf(AccessKey key)
    {
        var limits = new[]
        {
            key.RequestsPerSecond is { } requests ? $"{Units.Count(requests)}/s" : "",
            key.MebibytesPerSecond is { } mebibytes ? $"{Units.Count(mebibytes)} MiB/s" : "",
        };
        return limits.Any(limit => limit.Length > 0) ? string.Join(", ", limits.Where(limit => limit.Length > 0)) : "no limit";
    }

    private static string TimeOf(DateTimeOffset? time) => time?.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture) ?? "-";

    private static Option<string[]> List(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName, Arity = ArgumentArity.ZeroOrMore, DefaultValueFactory = _ => [] };

    private static DateTimeOffset? ParseExpiry(ArgumentResult argument, TimeProvider time)
    {
        var text = argument.Tokens[0].Value;
        if (Units.TryDuration(text, out var duration))
        {
            return time.GetUtcNow() + duration;
        }

        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment))
        {
            return moment;
        }

        argument.AddError($"cannot read '{text}' as a time; write one such as 2027-01-31, or a duration such as 30d");
        return null;
    }
}
