using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Cistern.Commands.Asking;
using Cistern.Ingest.Keys;

namespace Cistern.Commands;

internal enum TailFormat
{
    Text = 1,
    Json = 2,
}

internal enum ColorChoice
{
    Auto = 1,
    Always = 2,
    Never = 3,
}

/// <summary><c>cistern tail</c>: rows as they arrive, one line each.</summary>
internal sealed class TailCommand : CisternCommand
{
    private const string NoColorVariable = "NO_COLOR";

    private readonly Argument<string[]> _what = new("what") { Description = "logs (if not named), requests or metrics, and a filter such as level:error; see docs/filters.md. Begin with -- if it begins with a dash.", Arity = ArgumentArity.ZeroOrMore };
    private readonly ServerOptionsGroup _server = new();
    private readonly Option<TimeSpan> _since = SharedOptions.Duration("--since", "How far back it begins.", TimeSpan.FromMinutes(5));
    private readonly Option<int> _limit = SharedOptions.Number("--limit", "Rows of the past at most.", 100, 1, 10_000);
    private readonly Option<bool> _noFollow = new("--no-follow") { Description = "End after the rows of the past." };
    private readonly Option<TailFormat> _format = new("--format") { Description = "Text, or json: one object a line with all columns.", HelpName = "FORMAT", DefaultValueFactory = _ => TailFormat.Text };
    private readonly Option<ColorChoice> _color = new("--color") { Description = "Auto, always or never. Auto: on a terminal, unless NO_COLOR is set.", HelpName = "WHEN", DefaultValueFactory = _ => ColorChoice.Auto };
    private readonly Option<bool> _utc = new("--utc") { Description = "Times in UTC instead of this machine's time zone." };

    public TailCommand(CommandContext context)
        : base(
            "tail",
            "Follow log events, requests or metrics as they arrive.",
            "cistern tail --url http://127.0.0.1:8080 --key $KEY level:error,fatal",
            "cistern tail requests status:5xx --since 1h --format json",
            "cistern tail metrics namespace:AWS/Lambda --no-follow --utc")
    {
        Add(_what);
        Add(_since);
        Add(_limit);
        Add(_noFollow);
        Add(_format);
        Add(_color);
        Add(_utc);
        _server.AddTo(this);
        SetAction((parsed, cancel) => RunAsync(context, parsed, cancel));
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancel)
    {
        var (signal, where) = What(parsed.GetValue(_what) ?? []);
        await using var server = await ServerAccess.OpenAsync(context, _server.Read(parsed), "tail", KeyScopes.Read, cancel);
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var query = $"signal={signal}&where={Uri.EscapeDataString(where)}{(parsed.GetValue(_format) == TailFormat.Json ? "" : $"&columns={TailText.Columns[signal]}")}";
        var screen = new Screen(context.Terminal, parsed.GetValue(_format), new TailText(signal, HasColor(context, parsed.GetValue(_color)), parsed.GetValue(_utc)));
        try
        {
            await FollowAsync(new ApiClient(http, server.Url, server.Key), new TailConnection(http, server.Url, server.Key, query, context.Terminal.Error), query, parsed, screen, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The usual end.
        }

        return ExitCode.Ok;
    }

    // The tail is opened before the past is read, so that nothing falls between; what both give is shown once.
    private async Task FollowAsync(ApiClient api, TailConnection tail, string query, ParseResult parsed, Screen screen, CancellationToken cancel)
    {
        var follow = !parsed.GetValue(_noFollow);
        await using var batches = tail.ReadAsync(cancel).GetAsyncEnumerator(cancel);
        if (follow)
        {
            await batches.MoveNextAsync();
        }

        var seconds = Math.Max(1, (long)parsed.GetValue(_since).TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var past = await api.RowsAsync($"/api/rows?{query}&from=-{seconds}s&order=-time&limit={parsed.GetValue(_limit)}", cancel);
        screen.ShowPast(past);
        while (follow && await batches.MoveNextAsync())
        {
            screen.Show(batches.Current);
        }
    }

    private static (string Signal, string Where) What(string[] words)
    {
        var named = words.Length > 0 && TailText.Columns.ContainsKey(words[0]);
        return (named ? words[0] : "logs", string.Join(' ', words.Skip(named ? 1 : 0)));
    }

    private static bool HasColor(CommandContext context, ColorChoice choice) => choice switch
    {
        ColorChoice.Always => true,
        ColorChoice.Never => false,
        _ => context.Terminal.OutIsInteractive && string.IsNullOrEmpty(context.Environment[NoColorVariable] as string),
    };

    private sealed class Screen(Terminal terminal, TailFormat format, TailText text)
    {
        // How often each row of the past was shown; a row of the tail that is the same is the same row.
        private readonly Dictionary<string, int> _shown = new(StringComparer.Ordinal);

        public void ShowPast(TailRows past)
        {
            foreach (var row in past.Rows.Reverse())
            {
                var key = row.GetRawText();
                _shown[key] = _shown.GetValueOrDefault(key) + 1;
                Write(past.Columns, row);
            }

            terminal.Out.Flush();
        }

        public void Show(TailRows batch)
        {
            if (batch.Skipped > 0)
            {
                terminal.Error.WriteLine($"{batch.Skipped} more rows came than are shown; a narrower filter shows all");
            }

            foreach (var row in batch.Rows.Where(row => !WasShown(row.GetRawText())))
            {
                Write(batch.Columns, row);
            }

            terminal.Out.Flush();
        }

        private bool WasShown(string key)
        {
            var times = _shown.GetValueOrDefault(key);
            if (times > 0)
            {
                _shown[key] = times - 1;
            }

            return times > 0;
        }

        private void Write(IReadOnlyList<string> columns, JsonElement row) => terminal.Out.WriteLine(format == TailFormat.Json
            ? TailText.Json(columns, row)
            : text.Line(columns.Zip(row.EnumerateArray()).ToDictionary(cell => cell.First, cell => cell.Second, StringComparer.Ordinal)));
    }
}
