using System.CommandLine;
using System.Text.Json;
using Cistern.Commands.Asking;
using Cistern.Commands.Sending;
using Cistern.Ingest.Keys;

namespace Cistern.Commands;

/// <summary><c>cistern agents reclassify</c>: has a server classify what it stored before by the rules that are in force now.</summary>
internal sealed class Reclassifying : CisternCommand
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    private readonly ServerOptionsGroup _server = new();
    private readonly Option<bool> _wait = new("--wait") { Description = "Stay until all is done, and show how far it is; always with --data." };

    public Reclassifying(CommandContext context)
        : base(
            "reclassify",
            "Classify all stored requests by the rules that are in force now. A server does it little by little, also over restarts.",
            "cistern agents reclassify --url http://127.0.0.1:8080 --key $KEY --wait",
            "cistern agents reclassify --data ./data")
    {
        Add(_wait);
        _server.AddTo(this);
        SetAction((parsed, cancel) => RunAsync(context, _server.Read(parsed), parsed.GetValue(_wait), cancel));
    }

    private static async Task<int> RunAsync(CommandContext context, ServerChoice choice, bool wait, CancellationToken cancel)
    {
        await using var server = await ServerAccess.OpenAsync(context, choice, "reclassify", KeyScopes.Admin, cancel);
        using var http = new HttpClient();
        var api = new ApiClient(http, server.Url, server.Key);
        var progress = new ProgressLine(context.Terminal, context.Time);
        var state = State.Of(await api.SendAsync(HttpMethod.Post, "/api/rules/reclassify", cancel));
        for (string? told = null; state.IsRunning && (wait || server.IsLocal);)
        {
            var now = state;
            progress.Show(now.ToString, now.Share);
            if (now.Failed is { } failed && failed != told)
            {
                progress.Note($"part of it could not be done yet and is tried again: {told = failed}");
            }

            await Task.Delay(s_look, context.Time, cancel);
            state = State.Of(await api.SendAsync(HttpMethod.Get, "/api/rules/history", cancel));
        }

        progress.Finish();
        context.Terminal.Error.WriteLine($"{state}{(state.IsRunning ? "; the server goes on with the rest" : "")}");
        return ExitCode.Ok;
    }

    private sealed record State(string Version, long Rows, long RowsNow, bool IsRunning, string? Failed)
    {
        public double Share => Rows == 0 ? 1 : (double)RowsNow / Rows;

        public static State Of(JsonElement answer)
        {
            var history = answer.GetProperty("history");
            return new State(
                answer.GetProperty("version").GetString()!,
                history.GetProperty("rows").GetInt64(), history.GetProperty("rowsNow").GetInt64(), history.GetProperty("running").GetBoolean(), history.GetProperty("failed").GetString());
        }

        public override string ToString() => $"{Units.Count(RowsNow)} of {Units.Count(Rows)} rows are classified by rules {Version}";
    }
}
