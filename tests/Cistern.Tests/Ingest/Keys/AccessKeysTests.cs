using System.Net;
using Cistern.Ingest.Keys;
using Cistern.Operations.Settings;
using Cistern.Operations.Shared;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cistern.Tests.Ingest.Keys;

/// <summary>The keys of a running server, while another process changes the file.</summary>
public sealed class AccessKeysTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cistern-keys-");
    private readonly ManualTime _time = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_key_made_while_the_server_runs_works_at_once()
    {
        var keys = Open();

        Assert.Equal(KeyVerdict.Accepted, keys.Check(Create("late"), null).Verdict);
    }

    [Fact]
    public void A_key_revoked_while_the_server_runs_stops_within_a_second()
    {
        var secret = Create("shop");
        var keys = Open();
        Assert.Equal(KeyVerdict.Accepted, keys.Check(secret, null).Verdict);
        Store.Revoke("shop");

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(KeyVerdict.Revoked, keys.Check(secret, null).Verdict);
    }

    [Fact]
    public void Keys_stay_as_they_were_while_the_file_is_broken()
    {
        var secret = Create("shop");
        var keys = Open();
        var path = Path.Combine(_folder.FullName, "keys.json");
        var good = File.ReadAllText(path);
        File.WriteAllText(path, "no json at all");
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(KeyVerdict.Accepted, keys.Check(secret, null).Verdict);

        File.WriteAllText(path, good);

        Assert.Equal(KeyVerdict.Accepted, keys.Check(Create("late"), null).Verdict);
    }

    [Fact]
    public void A_change_of_another_key_gives_nobody_a_new_rate()
    {
        var secret = Store.Create(new NewKey { Name = "slow", RequestsPerSecond = 1 }).Secret!.Reveal();
        var keys = Open();
        Assert.True(keys.Check(secret, null).Key!.Rate.TryTake(0, out _));
        Create("other");
        keys.Check(KeySecret.Create().Reveal(), null);

        Assert.False(keys.Check(secret, null).Key!.Rate.TryTake(0, out _));
    }

    [Fact]
    public void Nothing_presented_is_a_missing_key_unless_its_network_is_listed()
    {
        var keys = Open(new IngestSettings { AllowAnonymous = true, AnonymousNetworks = [IPNetwork.Parse("10.0.0.0/8")] });

        Assert.Equal(KeyVerdict.Accepted, keys.Check("", IPAddress.Parse("10.1.2.3")).Verdict);
        Assert.Equal(KeyVerdict.Accepted, keys.Check("", IPAddress.Parse("::ffff:10.1.2.3")).Verdict);
        Assert.Equal(KeyVerdict.Missing, keys.Check("", IPAddress.Parse("192.0.2.1")).Verdict);
        Assert.Equal(KeyVerdict.Missing, keys.Check("", null).Verdict);
        Assert.Equal(KeyVerdict.Missing, Open().Check("", IPAddress.Loopback).Verdict);
    }

    [Fact]
    public void A_broken_file_stops_the_start()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "keys.json"), "no json");

        Assert.Throws<KeyFileException>(() => Open());
    }

    [Theory]
    [InlineData(KeyScopes.Ingest, true, false)]
    [InlineData(KeyScopes.Read, false, true)]
    [InlineData(KeyScopes.Admin, true, true)]
    public void Admin_may_everything_and_the_others_their_own(KeyScopes scopes, bool ingest, bool read)
    {
        Create("shop", scopes);
        var key = Assert.Single(Store.List()).Key;

        Assert.Equal((ingest, read, scopes == KeyScopes.Admin), (key.Allows(KeyScopes.Ingest), key.Allows(KeyScopes.Read), key.Allows(KeyScopes.Admin)));
    }

    private KeyStore Store => new(new LocalFolder(_folder.FullName), _time);

    private string Create(string name, KeyScopes scopes = KeyScopes.Ingest) => Store.Create(new NewKey { Name = name, Scopes = scopes }).Secret!.Reveal();

    private AccessKeys Open(IngestSettings? ingest = null) =>
        new(new LocalFolder(_folder.FullName), new CisternSettings { DataFolder = _folder.FullName, Ingest = ingest ?? new IngestSettings() }, _time, NullLogger<AccessKeys>.Instance);
}

public sealed class RateLimitTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void A_rate_of_requests_lets_a_second_s_worth_pass_and_says_when_the_next_may()
    {
        var rate = new RateLimit(requestsPerSecond: 4, mebibytesPerSecond: null, _time);

        Assert.All(Enumerable.Range(0, 4), _ => Assert.True(rate.TryTake(0, out TimeSpan _)));
        Assert.False(rate.TryTake(0, out var wait));

        Assert.Equal(TimeSpan.FromSeconds(0.25), wait);
        _time.Advance(wait);
        Assert.True(rate.TryTake(0, out _));
    }

    [Fact]
    public void A_body_larger_than_a_second_s_worth_passes_and_is_waited_for_by_the_next()
    {
        var rate = new RateLimit(null, mebibytesPerSecond: 2, _time);

        Assert.True(rate.TryTake(64 << 20, out _));
        Assert.False(rate.TryTake(1, out var wait));

        Assert.InRange(wait.TotalSeconds, 30.9, 31.1);
        _time.Advance(wait);
        Assert.True(rate.TryTake(1, out _));
    }

    [Fact]
    public void Bytes_that_were_not_known_before_are_charged_after()
    {
        var rate = new RateLimit(null, mebibytesPerSecond: 1, _time);
        Assert.True(rate.TryTake(0, out _));

        rate.Charge(3 << 20);

        Assert.False(rate.TryTake(0, out _));
    }

    [Fact]
    public void No_rate_is_no_limit()
    {
        var rate = new RateLimit(null, null, _time);

        Assert.All(Enumerable.Range(0, 1000), _ => Assert.True(rate.TryTake(1L << 30, out TimeSpan _)));
    }

    [Fact]
    public void What_is_not_used_does_not_add_up()
    {
        var rate = new RateLimit(requestsPerSecond: 2, null, _time);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(2, Enumerable.Range(0, 10).Count(_ => rate.TryTake(0, out TimeSpan _)));
    }
}
