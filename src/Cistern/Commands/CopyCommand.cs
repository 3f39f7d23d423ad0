using System.CommandLine;
using Cistern.Commands.Copying;
using Cistern.Operations;
using Cistern.Operations.Settings;
using Cistern.Store;
using Cistern.Store.ClickHouse;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.Copying;
using Cistern.Store.Embedded;

namespace Cistern.Commands;

/// <summary><c>cistern copy</c>: takes an embedded store over into a ClickHouse, while a server runs on it or not, and compares.</summary>
internal sealed class CopyCommand : CisternCommand
{
    public const string AddressVariable = "CISTERN__STORE__ADDRESS";

    private readonly Option<string> _from = new("--from") { Description = "The data folder of the embedded store; a server may run on it.", HelpName = "DIR", Required = true };
    private readonly Option<string?> _to = new("--to") { Description = $"The address of the ClickHouse. Default: the environment variable {AddressVariable}, so that its password need not be on the command line.", HelpName = "ADDRESS" };
    private readonly Option<Uri?> _url = SharedOptions.Url("The server that runs on the folder, where it does not listen as the folder says.");
    private readonly Option<string?> _key = SharedOptions.Key();
    private readonly Option<bool> _verify = new("--verify") { Description = "Copy nothing; compare what was copied." };
    private readonly Option<int> _rows = SharedOptions.Number("--rows", "About how many rows are copied at a time.", 200_000, 1, 10_000_000);
    private readonly Option<TimeSpan> _patience = SharedOptions.Duration("--patience", "How long ClickHouse may be away at a time. Default: 10m.", TimeSpan.FromMinutes(10));

    public CopyCommand(CommandContext context)
        : base(
            "copy",
            "Copy an embedded store into a ClickHouse and compare both. It goes on where it ended, stores nothing twice, and may run while deliveries arrive on both.",
            "cistern copy --from ./data --to 'clickhouse://cistern@ch-1:8443/cistern?cluster=main&secure=true'",
            "cistern copy --from ./data --verify")
    {
        Add(_from);
        Add(_to);
        Add(_url);
        Add(_key);
        Add(_verify);
        Add(_rows);
        Add(_patience);
        SetAction((parsed, cancel) => RunAsync(context, parsed, cancel));
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancel)
    {
        var text = parsed.GetValue(_to) ?? context.Environment[AddressVariable] as string ?? throw new CommandMisuseException($"--to is missing: name the ClickHouse, or set {AddressVariable}");
        if (!ClickHouseAddress.TryParse(text, out var address, out var problem))
        {
            throw new CommandMisuseException(problem);
        }

        using var loggers = LoggerFactory.Create(logging =>
        {
            ServerLogging.ToStandardError(logging);
            logging.SetMinimumLevel(LogLevel.Warning);
        });
        await using var source = SourceStore.Open(context, parsed.GetValue(_from)!, new ServerChoice(parsed.GetValue(_url), parsed.GetValue(_key), null), loggers);
        using var http = new HttpMessageInvoker(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(10)));
        var run = new CopyRun(context, source, address, http, new CopyChoice(text, parsed.GetValue(_rows), parsed.GetValue(_patience), parsed.GetValue(_verify)), loggers);
        try
        {
            return await run.RunAsync(cancel);
        }
        catch (ClickHouseException error)
        {
            throw new CommandFailedException($"cannot use {address}: {error.Message}; what is copied is noted there, and the same command goes on behind it");
        }
        catch (InvalidDataException error)
        {
            throw new CommandFailedException(error.Message);
        }
    }
}

/// <param name="Address">Of the target, as it was written.</param>
/// <param name="Rows">About how many are copied at a time.</param>
/// <param name="Patience">How long the target may be away at a time.</param>
/// <param name="OnlyVerify">Nothing is copied.</param>
internal sealed record CopyChoice(string Address, int Rows, TimeSpan Patience, bool OnlyVerify);

/// <summary>Copies image after image until little is left, then compares with the last.</summary>
internal sealed class CopyRun(CommandContext context, SourceStore source, ClickHouseAddress address, HttpMessageInvoker http, CopyChoice choice, ILoggerFactory loggers)
{
    // While a server takes deliveries something is always left: another image is worth it if copying the last took longer than this.
    private static readonly TimeSpan Enough = TimeSpan.FromMinutes(10);

    private readonly CopyReport _report = new(context.Terminal, context.Time);
    private readonly CopyRecent _recent = CopyRecent.At(context.Time.GetUtcNow(), source.Settings.Store.IdentityWindow);

    public async Task<int> RunAsync(CancellationToken cancel)
    {
        await using var shared = await StoreChoice.OpenSharedOnceAsync(new CisternSettings { Store = new() { Address = choice.Address } }, context.Time, loggers, cancel);
        var identity = ClickHouseStore.IdentityOf(shared);
        var cluster = await CopyTarget.OpenAsync(http, address, identity, context.Time, cancel);
        var retention = await CopyTables.PrepareAsync(cluster, address, source.Settings.Store, loggers.CreateLogger<CopyRun>(), cancel);
        var target = new CopyTarget(cluster, identity, choice.Patience, context.Time, _report.Waiting);
        var notes = new CopyNotes(target, address, source.Id);
        await notes.OpenAsync(cancel);
        if (!choice.OnlyVerify)
        {
            TellFiles(SourceFiles.Copy(source.Folder, shared));
        }

        for (; ; )
        {
            using var image = await source.TakeImageAsync(cancel);
            image.Oldest = OldestOf(retention);
            if (!choice.OnlyVerify)
            {
                await CopyAsync(image, target, notes, cancel);
            }

            if (choice.OnlyVerify || source.Until is not { } until || context.Time.GetUtcNow() - until < Enough)
            {
                return await VerifyAsync(image, target, notes, cancel);
            }
        }
    }

    private void TellFiles(SourceFiles files)
    {
        if (files.Copied.Count > 0)
        {
            _report.Note($"copied {string.Join(", ", files.Copied)}");
        }

        if (files.Kept.Count > 0)
        {
            _report.Note($"left as they are there: {string.Join(", ", files.Kept)}");
        }
    }

    // Retention drops by the day, and of which moment a day is it may know better than we: so the day of the bound is left out.
    private long OldestOf(TimeSpan? target)
    {
        TimeSpan[] kept = [.. new[] { target, source.Settings.Store.RetentionAge }.OfType<TimeSpan>().Where(age => age > TimeSpan.Zero)];
        return kept.Length == 0 ? long.MinValue : (Micros.DayOf(Micros.Of(context.Time.GetUtcNow() - kept.Min())) + 1) * Micros.PerDay;
    }

    private async Task CopyAsync(SourceImage image, CopyTarget target, CopyNotes notes, CancellationToken cancel)
    {
        var copy = new ImageCopy(image, target, notes, source.Id, _recent, new CopyBounds(choice.Rows), _report.Moved);
        _report.Begin(ImageCopy.Order.Sum(copy.Left));
        await copy.RunAsync(cancel);
    }

    private async Task<int> VerifyAsync(SourceImage image, CopyTarget target, CopyNotes notes, CancellationToken cancel)
    {
        var verification = new CopyVerification(image, target, notes, source.Id, _recent, mayCopy: !choice.OnlyVerify, _report.Compared);
        var days = await verification.RunAsync(cancel);
        _report.Finish();
        _report.Write(days);
        TellRest(image, target, notes, verification.LateRows);
        CopyDay[] differing = [.. days.Where(day => day.Differing > 0)];
        if (differing.Length > 0)
        {
            context.Terminal.Error.WriteLine($"{differing.Length} {(differing.Length == 1 ? "day differs" : "days differ")}, see the table; what is missing of a delivery, or there twice, is not mended by another copy");
            return ExitCode.Failed;
        }

        return ExitCode.Ok;
    }

    private void TellRest(SourceImage image, CopyTarget target, CopyNotes notes, long late)
    {
        var copy = new ImageCopy(image, target, notes, source.Id, _recent, new CopyBounds(choice.Rows), _report.Moved);
        if (!choice.OnlyVerify)
        {
            _report.Note($"copied {Units.Count(_report.Stored + late)} rows");
        }

        if (image.Oldest != long.MinValue)
        {
            _report.Note($"left out rows older than {Micros.ToMoment(image.Oldest):yyyy-MM-dd}, which retention is about to drop");
        }

        _report.Note(source.Until is { } until
            ? $"a server runs on {source.Settings.DataFolder}: what arrived after {until:u} is not copied yet ({Units.Count(ImageCopy.Order.Sum(copy.Left))} rows so far); switch its streams to the nodes on ClickHouse, stop it, and run the same command once more"
            : $"nothing is left: no server runs on {source.Settings.DataFolder}{(ImageCopy.Order.Sum(copy.Left) is > 0 and var left ? $", but {Units.Count(left)} rows are not copied" : "")}");
    }
}
