using Cistern.Ingest.Keys;
using Cistern.Operations.Shared;

namespace Cistern.Tests.Ingest.Keys;

public sealed class KeyStoreTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cistern-keys-");
    private readonly ManualTime _time = new();

    private string FilePath => Path.Combine(_folder.FullName, "keys.json");

    private KeyStore Store => new(new LocalFolder(_folder.FullName), _time);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_key_is_kept_with_everything_but_its_secret()
    {
        var wanted = new NewKey
        {
            Name = "shop",
            Scopes = KeyScopes.Ingest | KeyScopes.Read,
            Signals = ["requests"],
            Streams = ["arn:*:deliverystream/shop-*"],
            RequestsPerSecond = 2.5,
            MebibytesPerSecond = 8,
            CloudFrontFields = "1-46",
            Expires = _time.GetUtcNow() + TimeSpan.FromDays(90),
        };

        var created = Store.Create(wanted);

        var key = Assert.Single(Store.List()).Key;
        Assert.Equal((wanted.Name, wanted.Scopes, wanted.RequestsPerSecond, wanted.MebibytesPerSecond), (key.Name, key.Scopes, key.RequestsPerSecond, key.MebibytesPerSecond));
        Assert.Equal([.. wanted.Signals, .. wanted.Streams, wanted.CloudFrontFields], [.. key.Signals, .. key.Streams, key.CloudFrontFields]);
        Assert.Equal((wanted.Expires, _time.GetUtcNow(), null), (key.Expires, key.Created, key.Revoked));
        Assert.Equal(KeySecret.Hash(created.Secret!.Reveal()), key.Sha256.ToArray());
        Assert.DoesNotContain(created.Secret.Reveal()[3..], File.ReadAllText(FilePath), StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_is_for_its_owner_only()
    {
        Store.Create(new NewKey { Name = "shop" });

        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes");
#pragma warning disable CA1416 // Skipped there.
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
#pragma warning restore CA1416
    }

    [Fact]
    public void A_name_is_unique_also_after_its_key_was_revoked()
    {
        Store.Create(new NewKey { Name = "shop" });
        Store.Revoke("shop");

        var again = Store.Create(new NewKey { Name = "shop" });

        Assert.Equal(KeyFault.NameTaken, again.Fault);
        Assert.Null(again.Secret);
        Assert.Single(Store.List());
    }

    [Fact]
    public void What_makes_no_sense_is_refused_with_a_reason()
    {
        Assert.Equal(KeyFault.NameInvalid, Store.Create(new NewKey { Name = "" }).Fault);
        Assert.Equal(KeyFault.NameInvalid, Store.Create(new NewKey { Name = "anonymous" }).Fault);
        Assert.Equal(KeyFault.NameInvalid, Store.Create(new NewKey { Name = "a\nb" }).Fault);
        Assert.Equal(KeyFault.ScopeMissing, Store.Create(new NewKey { Name = "a", Scopes = KeyScopes.None }).Fault);
        Assert.Equal(KeyFault.SignalUnknown, Store.Create(new NewKey { Name = "a", Signals = ["traces"] }).Fault);
        Assert.Equal(KeyFault.LimitInvalid, Store.Create(new NewKey { Name = "a", RequestsPerSecond = 0 }).Fault);
        Assert.Equal(KeyFault.ExpiryPast, Store.Create(new NewKey { Name = "a", Expires = _time.GetUtcNow() }).Fault);
        Assert.Equal(KeyFault.NotFound, Store.Revoke("a").Fault);
        Assert.False(File.Exists(FilePath));
    }

    [Fact]
    public void A_revoked_key_stays_listed_and_cannot_be_revoked_twice()
    {
        Store.Create(new NewKey { Name = "shop" });
        Store.Create(new NewKey { Name = "other" });

        Assert.Null(Store.Revoke("shop").Fault);

        Assert.Equal([("shop", true), ("other", false)], Store.List().Select(listed => (listed.Key.Name, listed.Key.Revoked is not null)));
        Assert.Equal(KeyFault.RevokedBefore, Store.Revoke("shop").Fault);
    }

    [Fact]
    public async Task Writers_at_the_same_time_lose_nothing()
    {
        await Task.WhenAll(Enumerable.Range(0, 16).Select(number => Task.Run(() => Store.Create(new NewKey { Name = $"key-{number}" }))));

        Assert.Equal(16, Store.List().Count);
        Assert.Empty(Directory.GetFiles(_folder.FullName, "*.new"));
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("{\"version\":2,\"keys\":[]}")]
    [InlineData("{\"version\":1}")]
    [InlineData("{\"version\":1,\"keys\":[{\"name\":\"a\",\"sha256\":\"00\",\"scopes\":[\"ingest\"],\"created\":\"2026-01-01T00:00:00Z\"}]}")]
    public void A_broken_file_is_named_and_never_overwritten(string text)
    {
        File.WriteAllText(FilePath, text);

        var error = Assert.Throws<KeyFileException>(() => Store.Create(new NewKey { Name = "shop" }));

        Assert.Contains(FilePath, error.Message, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(FilePath));
    }

    [Fact]
    public void A_scope_that_is_not_known_is_named()
    {
        var hash = new string('0', 64);
        File.WriteAllText(FilePath, $$"""{"version":1,"keys":[{"name":"a","sha256":"{{hash}}","scopes":["write"],"created":"2026-01-01T00:00:00Z"}]}""");

        Assert.Contains("'write'", Assert.Throws<KeyFileException>(() => Store.List()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Last_use_is_written_once_a_minute_and_listed()
    {
        Store.Create(new NewKey { Name = "shop" });
        var uses = new KeyUses(new LocalFolder(_folder.FullName), _time);
        uses.Note("shop");
        uses.WriteIfDue();
        Assert.Null(Assert.Single(Store.List()).LastUsed);
        var used = _time.GetUtcNow();

        _time.Advance(TimeSpan.FromMinutes(1));
        uses.WriteIfDue();

        Assert.Equal(used, Assert.Single(Store.List()).LastUsed);
        Assert.Equal(used, Assert.Single(KeyUses.Read(_folder.FullName)).Value);
    }
}
