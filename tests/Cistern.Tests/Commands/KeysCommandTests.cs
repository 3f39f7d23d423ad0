using Cistern.Ingest.Keys;
using Cistern.Operations.Shared;

namespace Cistern.Tests.Commands;

public sealed class KeysCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cistern-keys-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_new_key_stands_alone_on_the_last_line_and_works()
    {
        var run = await CommandRun.RunAsync($"keys create --data {_folder} --name shop --scope ingest --scope read --stream arn:aws:*:shop-* --rate 5 --expires 30d --fields 1-46");

        Assert.Equal(0, run.ExitCode);
        var secret = run.Out.TrimEnd().Split('\n')[^1];
        Assert.True(KeySecret.IsWellFormed(secret), secret);
        var (key, _) = Assert.Single(new KeyStore(new LocalFolder(_folder), TimeProvider.System).List());
        Assert.Equal(("shop", KeyScopes.Ingest | KeyScopes.Read, 5.0, "1-46"), (key.Name, key.Scopes, key.RequestsPerSecond, key.CloudFrontFields));
        Assert.Equal(["arn:aws:*:shop-*"], key.Streams);
        Assert.InRange(key.Expires!.Value - DateTimeOffset.UtcNow, TimeSpan.FromDays(29.9), TimeSpan.FromDays(30));
        Assert.Equal(KeySecret.Hash(secret), key.Sha256.ToArray());
    }

    [Fact]
    public async Task Whose_keys_are_meant_must_be_said_and_the_folders_settings_count()
    {
        var nobodys = await CommandRun.RunAsync("keys list");
        Assert.Equal((2, ""), (nobodys.ExitCode, nobodys.Out));
        Assert.Contains("--data is missing", nobodys.Error, StringComparison.Ordinal);
        Assert.Contains("cannot use option 1 behind the ? in the address", (await CommandRun.RunAsync("keys list --store clickhouse://host/db?nonsense")).Error, StringComparison.Ordinal);

        var mounted = Directory.CreateDirectory(Path.Combine(_folder, "mounted")).FullName;
        await File.WriteAllTextAsync(Path.Combine(_folder, "cistern.json"), $$"""{"sharedFolder":"{{mounted}}"}""", TestContext.Current.CancellationToken);
        Assert.Equal(0, (await CommandRun.RunAsync($"keys create --data {_folder} --name shop")).ExitCode);
        Assert.Equal((true, false), (File.Exists(Path.Combine(mounted, "keys.json")), File.Exists(Path.Combine(_folder, "keys.json"))));
    }

    [Fact]
    public async Task The_list_shows_everything_but_the_secret()
    {
        var secret = (await CommandRun.RunAsync($"keys create --data {_folder} --name shop")).Out.Trim();
        await CommandRun.RunAsync($"keys create --data {_folder} --name [odd]");
        await CommandRun.RunAsync($"keys revoke shop --data {_folder}");

        var run = await CommandRun.RunAsync($"keys list --data {_folder}");

        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"shop\s+revoked\s+ingest", run.Out);
        Assert.Matches(@"\[odd\]\s+active\s+ingest", run.Out);
        Assert.DoesNotContain(secret, run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Out);
    }

    [Theory]
    [InlineData("keys create --data {0} --name shop", "cannot make a key named 'shop': there is one")]
    [InlineData("keys revoke nobody --data {0}", "cannot revoke 'nobody': there is no key of that name")]
    [InlineData("keys create --data {0} --name other --rate -1", "cannot make a key with a rate of zero or less")]
    public async Task What_cannot_be_done_is_exit_code_1_with_the_reason(string commandLine, string message)
    {
        await CommandRun.RunAsync($"keys create --data {_folder} --name shop");

        var run = await CommandRun.RunAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, commandLine, _folder));

        Assert.Equal((1, ""), (run.ExitCode, run.Out));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }
}
