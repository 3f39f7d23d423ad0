using System.Buffers.Binary;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Insert;
using Cistern.Store.ClickHouse.Read;
using Cistern.Store.ClickHouse.Schema;

namespace Cistern.Store.ClickHouse.State;

/// <summary>The table <c>cistern_state</c>: of each file that all nodes share the last version, and for a while those before.</summary>
/// <remarks>
/// ClickHouse has no update that depends on what was there. What it has is one insert out of several with the same deduplication token: version n+1 of a file is inserted under <c>state/NAME/n+1</c>, so that of all nodes
/// that know version n one writes n+1, and the inserts of the others do nothing. Nobody is told which it was, so the row is read back. A merge may by then have dropped it for a later version, which is why each names the
/// writers of those before it.
/// </remarks>
internal sealed class StateTable(StateHosts hosts, ClickHouseAddress address)
{
    public const string Name = "cistern_state";

    private const int NamesAtOnce = 100;

    // Shorter than an attempt may last, so that the reason is heard.
    private const string QuorumMilliseconds = "4000";

    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(50);
    private static readonly Dictionary<string, string> OnCluster = new(StringComparer.Ordinal) { ["distributed_ddl_task_timeout"] = "30" };

    // Of the whole cluster, set when the table is made.
    private int _replicas = 1;

    private bool IsCluster => address.Cluster is not null;

    /// <summary>Makes the table if it is not there. Several may do so at once.</summary>
    /// <exception cref="ClickHouseException"/>
    public async Task CreateAsync(CancellationToken cancel)
    {
        // First a look: what is said ON CLUSTER waits for every server, also for one that is down.
        if (!await ExistsAsync(cancel))
        {
            var onCluster = address.Cluster is { } cluster ? $" ON CLUSTER {ClickHouseSchema.Quote(cluster)}" : "";
            await DefineAsync("default", $"CREATE DATABASE IF NOT EXISTS {ClickHouseSchema.Quote(address.Database)}{onCluster}", cancel);
            await DefineAsync(address.Database, Statement(address), cancel);
        }

        if (IsCluster)
        {
            var rows = await SelectAsync("SELECT count() FROM system.clusters WHERE cluster = {cluster:String}", new() { ["cluster"] = ClickHouseValues.TextOf(address.Cluster) }, row => Convert.ToInt32(row[0], CultureInfo.InvariantCulture), cancel);
            _replicas = Math.Max(1, rows[0]);
        }
    }

    /// <summary>The statement that makes it. In a cluster all servers, of whichever shard, are replicas of the one table.</summary>
    public static string Statement(ClickHouseAddress address)
    {
        var (onCluster, engine, window) = address.Cluster is { } cluster
            ? ($" ON CLUSTER {ClickHouseSchema.Quote(cluster)}", $"ReplicatedReplacingMergeTree({ClickHouseSchema.Literal($"/clickhouse/tables/{address.Database}/{Name}")}, '{{shard}}-{{replica}}', version)", "replicated_deduplication_window")
            : ("", "ReplacingMergeTree(version)", "non_replicated_deduplication_window");
        return $"CREATE TABLE IF NOT EXISTS {Name}{onCluster}\n(\n  name String,\n  version UInt64,\n  deleted UInt8,\n  content String CODEC(ZSTD(1)),\n  writers Array(String) CODEC(ZSTD(1)),\n  at DateTime64(3, 'UTC') DEFAULT now64(3)\n)\n"
            + $"ENGINE = {engine}\nORDER BY name\nSETTINGS {window} = 1000, fsync_after_insert = 1, fsync_part_directory = 1";
    }

    /// <summary>The last version of every file, also of deleted ones.</summary>
    /// <exception cref="ClickHouseException"/>
    public async Task<IReadOnlyDictionary<string, long>> VersionsAsync(CancellationToken cancel) =>
        (await SelectAsync($"SELECT name, toInt64(max(version)) FROM {Name} GROUP BY name", [], row => ((string)row[0]!, (long)row[1]!), cancel)).ToDictionary(one => one.Item1, one => one.Item2, StringComparer.Ordinal);

    /// <summary>Files in their last version; one that there never was is left out.</summary>
    /// <exception cref="ClickHouseException"/>
    public async Task<IReadOnlyList<StateFile>> ReadAsync(IReadOnlyList<string> names, CancellationToken cancel)
    {
        var files = new List<StateFile>(names.Count);
        foreach (var part in names.Chunk(NamesAtOnce))
        {
            var parameters = part.Index().ToDictionary(one => $"n{one.Index}", one => ClickHouseValues.TextOf(one.Item));
            var sql = $"SELECT name, toInt64(version), deleted, base64Encode(content), arrayStringConcat(writers, ',') FROM {Name} WHERE name IN ({string.Join(", ", parameters.Keys.Select(name => $"{{{name}:String}}"))}) ORDER BY name, version DESC LIMIT 1 BY name";
            files.AddRange(await SelectAsync(sql, parameters, FileOf, cancel));
        }

        return files;
    }

    /// <summary>Writes a version, and gives it if it is the one that counts; null if another node has written that version first.</summary>
    /// <exception cref="ClickHouseException">It is not known whether it was written.</exception>
    public async Task<StateFile?> TryWriteAsync(StateFile file, CancellationToken cancel)
    {
        for (var wanted = file; ; wanted = wanted.Later())
        {
            await InsertAsync(wanted, cancel);
            if (await FindLastAsync(wanted, cancel) is { } last)
            {
                return last.CameOf(wanted) is { } won ? won ? wanted : null : throw new ClickHouseException(0, $"too many versions of {file.Name} were written meanwhile");
            }

            // A server that crashed in the middle of an insert may know its token and not have its row: that number stays empty.
            if (IsCluster)
            {
                throw new ClickHouseException(0, $"version {wanted.Version} of {file.Name} was written, and cannot be read back");
            }
        }
    }

    private Task<bool> InsertAsync(StateFile file, CancellationToken cancel) => hosts.RunAsync(
            async (client, stop) =>
            {
                using var content = new ByteArrayContent(RowOf(file));
                content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
                await client.InsertAsync($"INSERT INTO {Name} (name, version, deleted, content, writers) FORMAT RowBinary", content, WriteSettings($"state/{file.Name}/{file.Version}"), stop);
                return true;
            },
            cancel);

    // A server that took our insert for a repeat may not show yet what it repeats: until that version or a later one is seen nothing is decided. Null if it never is.
    private async Task<StateFile?> FindLastAsync(StateFile file, CancellationToken cancel)
    {
        for (var patience = hosts.Patience(); ;)
        {
            if (await ReadAsync([file.Name], cancel) is [var last] && last.Version >= file.Version)
            {
                return last;
            }

            if (patience.IsOver)
            {
                return null;
            }

            await Task.Delay(LookPause, cancel);
        }
    }

    private async Task<bool> ExistsAsync(CancellationToken cancel)
    {
        try
        {
            return (await SelectAsync("SELECT count() FROM system.tables WHERE database = currentDatabase() AND name = {name:String}", new() { ["name"] = Name }, row => Convert.ToInt64(row[0], CultureInfo.InvariantCulture), cancel))[0] > 0;
        }
        catch (ClickHouseException error) when (error.Code == ClickHouseErrors.UnknownDatabase)
        {
            return false;
        }
    }

    private Task<bool> DefineAsync(string database, string statement, CancellationToken cancel) => hosts.RunAsync(
        async (client, stop) =>
        {
            try
            {
                await client.With(database).RunAsync(statement, IsCluster ? OnCluster : ClickHouseValues.None, stop);
            }
            catch (ClickHouseException error) when (IsCluster && error.Code == ClickHouseErrors.TimeoutExceeded)
            {
                // A server that is down does it when it is back; if it was this one, the next statement says so.
            }

            return true;
        },
        cancel,
        StateHosts.SchemaLimit);

    // In a cluster a version is acknowledged when two servers have it (as far as there are two), so that it outlives one. The quorum is not parallel, because only then ClickHouse can say whether a replica has all that was
    // acknowledged (see ReadSettings); an insert that meets another then fails with 286 and is tried again, which for a handful of changes a minute is no loss.
    private Dictionary<string, string> WriteSettings(string token)
    {
        var settings = InsertSettings.Of(token, IsCluster ? Math.Min(address.Quorum ?? 2, _replicas) : 0);
        if (IsCluster)
        {
            settings["insert_quorum_parallel"] = "0";
            settings["insert_quorum_timeout"] = QuorumMilliseconds;
        }

        return settings;
    }

    // Which of two writers won needs no more than patience: the token decides, wherever it is read. But a key that one node has acknowledged shall work on all others at once, and that is what sequential consistency is for:
    // a replica that lacks an acknowledged version refuses to answer (289), and another is asked.
    private Dictionary<string, string> ReadSettings()
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["default_format"] = "RowBinaryWithNamesAndTypes" };
        if (IsCluster)
        {
            settings["select_sequential_consistency"] = "1";
        }

        return settings;
    }

    private Task<List<T>> SelectAsync<T>(string sql, Dictionary<string, string> parameters, Func<ClickHouseResult, T> read, CancellationToken cancel) => hosts.RunAsync(
        async (client, stop) =>
        {
            using var answer = await client.SelectAsync(sql, parameters, ReadSettings(), stop);
            await answer.Content.LoadIntoBufferAsync(stop);
            using var result = await ClickHouseResult.OpenAsync(answer, long.MaxValue, 0, stop);
            var rows = new List<T>();
            while (result.Read())
            {
                rows.Add(read(result));
            }

            return rows;
        },
        cancel);

    private static StateFile FileOf(ClickHouseResult row) => new(
        (string)row[0]!, (long)row[1]!, Convert.ToInt64(row[2], CultureInfo.InvariantCulture) != 0 ? null : Convert.FromBase64String((string)row[3]!), ((string)row[4]!).Split(','));

    // As RowBinary has it: texts with their length as LEB128 before them, numbers in little endian.
    private static byte[] RowOf(StateFile file)
    {
        using var row = new MemoryStream();
        Span<byte> version = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(version, file.Version);
        Text(Encoding.UTF8.GetBytes(file.Name));
        row.Write(version);
        row.WriteByte(file.Content is null ? (byte)1 : (byte)0);
        Text(file.Content ?? []);
        Length(file.Writers.Count);
        foreach (var writer in file.Writers)
        {
            Text(Encoding.UTF8.GetBytes(writer));
        }

        return row.ToArray();

        void Text(byte[] bytes)
        {
            Length(bytes.Length);
            row.Write(bytes);
        }

        void Length(int length)
        {
            for (; length >= 0x80; length >>= 7)
            {
                row.WriteByte((byte)(length | 0x80));
            }

            row.WriteByte((byte)length);
        }
    }
}
