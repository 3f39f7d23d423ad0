using System.Text.Json;
using Cistern.Store;

namespace Cistern.Commands.Asking;

/// <summary>Asks a running server for a backup, and waits for it.</summary>
internal static class BackupRequest
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(300);

    /// <param name="name">Of the folder within the server's own folder for backups; null for one made of the time.</param>
    /// <exception cref="CommandFailedException">There is none.</exception>
    public static async Task<BackupDone> RunAsync(ApiClient api, string? name, TimeProvider time, CancellationToken cancel)
    {
        var backup = Backup(await api.SendAsync(HttpMethod.Post, "/api/backup" + (name is null ? "" : $"?name={Uri.EscapeDataString(name)}"), cancel));
        var started = backup.GetProperty("started").GetString();
        while (backup.GetProperty("state").GetString() == "running")
        {
            await Task.Delay(s_look, time, cancel);
            backup = Backup(await api.SendAsync(HttpMethod.Get, "/api/backup", cancel));
            if (backup.ValueKind != JsonValueKind.Object || backup.GetProperty("started").GetString() != started)
            {
                throw new CommandFailedException("the server was started again before the backup was done; what it had written is removed by the next backup of that name");
            }
        }

        return backup.GetProperty("state").GetString() == "done"
            ? new BackupDone(
                backup.GetProperty("folder").GetString()!, backup.GetProperty("files").GetInt32(), backup.GetProperty("rows").GetInt64(),
                backup.GetProperty("bytes").GetInt64(), backup.GetProperty("copiedBytes").GetInt64())
            : throw new CommandFailedException($"no backup was made: {backup.GetProperty("message").GetString()}");
    }

    private static JsonElement Backup(JsonElement answer) => answer.GetProperty("backup");
}
