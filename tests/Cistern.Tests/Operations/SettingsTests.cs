using System.Collections;
using System.Net;
using Cistern.Formats.Deliveries;
using Cistern.Operations.Settings;

namespace Cistern.Tests.Operations;

public sealed class SettingsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cistern-settings-");
    private readonly Hashtable _environment = [];

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Without_anything_set_the_defaults_hold()
    {
        var reading = Read();

        Assert.Empty(reading.Problems);
        Assert.Equal(["http://127.0.0.1:8080"], reading.Settings.Listen);
        Assert.Equal((64L << 20, TimeSpan.FromMinutes(5)), (reading.Settings.Store.HotBytes, reading.Settings.Store.SealAge));
        Assert.Equal(1L << 30, reading.Settings.Store.EffectiveSpaceFloor);
    }

    [Fact]
    public void The_command_line_goes_over_the_environment_and_that_over_the_file()
    {
        WriteFile("""{ "store": { "hotBytes": "16MiB", "sealAge": "1m", "maxLiveFiles": 20 } }""");
        _environment["CISTERN__STORE__HOTBYTES"] = "32MiB";
        _environment["CISTERN__STORE__SEALAGE"] = "2m";
        _environment["PATH"] = "/bin";

        var store = Read(("store:hotBytes", "64MiB")).Settings.Store;

        Assert.Equal((64L << 20, TimeSpan.FromMinutes(2), 20), (store.HotBytes, store.SealAge, store.MaxLiveFiles));
    }

    [Fact]
    public void Everything_can_be_set_in_the_file()
    {
        WriteFile("""
            {
              // A comment is allowed.
              "listen": ["http://127.0.0.1:0", "http://localhost:9000"],
              "ingest": { "allowAnonymous": true, "anonymousNetworks": ["10.0.0.0/8", "fd00::/8"], "waitLimit": "10s" },
              "privacy": { "cookies": "keep", "clientAddress": "hash", "query": "truncate", "hashKey": "000102030405060708090a0b0c0d0e0f" },
              "store": { "retentionAge": "30d", "retentionBytes": "10GiB" },
              "query": { "maxRows": 5000 },
              "streams": [ { "stream": "*/shop", "cloudFrontFields": "1-46,70" } ]
            }
            """);

        var reading = Read();

        Assert.Empty(reading.Problems);
        var settings = reading.Settings;
        Assert.Equal(["http://127.0.0.1:0", "http://localhost:9000"], settings.Listen);
        Assert.Equal([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::/8")], settings.Ingest.AnonymousNetworks);
        Assert.Equal((PrivacyAction.Keep, PrivacyAction.Hash, PrivacyAction.Truncate), (settings.Privacy.Cookies, settings.Privacy.ClientAddress, settings.Privacy.Query));
        Assert.Equal(16, settings.Privacy.HashKey.Length);
        Assert.Equal((TimeSpan.FromDays(30), 10L << 30, 5000), (settings.Store.RetentionAge, settings.Store.RetentionBytes, settings.Query.MaxRows));
        Assert.Equal(new StreamSettings("*/shop", "1-46,70"), Assert.Single(settings.Streams));
    }

    [Fact]
    public void All_problems_are_reported_at_once_each_with_its_remedy()
    {
        WriteFile("""{ "store": { "hotBytes": "many", "hotBites": "1MiB" }, "privacy": { "query": "hash" }, "streams": [ { "stream": "*" } ] }""");

        var problems = Read(("listen", "http://0.0.0.0:8080,ftp://x,https://127.0.0.1:1"), ("ingest:maxWaiting", "0"), ("ingest:allowAnonymous", "true")).Problems;

        string[] expected =
        [
            "store:hotBites is not a setting",
            "store:hotBytes 'many' is not a size",
            "ingest:maxWaiting '0' is not a whole number from 1 to 100000",
            "streams:0 lacks stream or cloudFrontFields",
            "listen 'http://0.0.0.0:8080' would send keys and data in the clear",
            "listen 'ftp://x' is not an address",
            "tlsCertificate or tlsKey is empty",
            "ingest:anonymousNetworks is empty",
            "privacy:hashKey is empty",
        ];
        Assert.Equal(expected.Length, problems.Count);
        Assert.All(expected, text => Assert.Contains(problems, problem => problem.Contains(text, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_file_that_is_no_json_is_a_problem_that_names_it()
    {
        WriteFile("{ \"store\": ");

        Assert.Contains("cistern.json", Assert.Single(Read().Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void The_data_folder_is_not_set_in_the_file_that_lies_in_it()
    {
        WriteFile("""{ "dataFolder": "/elsewhere" }""");

        Assert.Contains("dataFolder", Assert.Single(Read().Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void The_key_of_the_hash_is_never_shown()
    {
        var problem = Assert.Single(Read(("privacy:hashKey", "secret-but-wrong")).Problems);

        Assert.DoesNotContain("secret-but-wrong", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Plain_http_beyond_loopback_can_be_allowed() =>
        Assert.Empty(Read(("listen", "http://0.0.0.0:8080,http://*:8081"), ("allowPlainHttp", "true")).Problems);

    [Theory]
    [InlineData("http://127.0.0.1:80", false, true)]
    [InlineData("http://127.8.8.8:80", false, true)]
    [InlineData("http://[::1]:80", false, true)]
    [InlineData("http://localhost:80/", false, true)]
    [InlineData("https://192.0.2.1:443", true, false)]
    [InlineData("http://*:80", false, false)]
    public void An_address_says_whether_it_is_loopback(string text, bool tls, bool loopback)
    {
        Assert.True(ListenAddress.TryParse(text, out var address));
        Assert.Equal((tls, loopback), (address.Tls, address.Loopback));
    }

    [Theory]
    [InlineData("127.0.0.1:80")]
    [InlineData("http://127.0.0.1")]
    [InlineData("http://example.com:80")]
    [InlineData("http://127.0.0.1:65536")]
    public void Another_text_is_no_address(string text) => Assert.False(ListenAddress.TryParse(text, out _));

    [Theory]
    [InlineData("128MiB", 128L << 20)]
    [InlineData("1 gib", 1L << 30)]
    [InlineData("4096", 4096)]
    [InlineData("0", 0)]
    public void A_size_is_read(string text, long bytes)
    {
        Assert.True(SettingText.TryReadSize(text, out var read));
        Assert.Equal(bytes, read);
        Assert.True(SettingText.TryReadSize(SettingText.WriteSize(read), out var again) && again == read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("1.5GiB")]
    [InlineData("9999999999TiB")]
    public void Another_text_is_no_size(string text) => Assert.False(SettingText.TryReadSize(text, out _));

    [Theory]
    [InlineData("90s", "90s")]
    [InlineData("120s", "2m")]
    [InlineData("48h", "2d")]
    [InlineData("0", "0")]
    public void A_time_is_read_and_written(string text, string written)
    {
        Assert.True(SettingText.TryReadTime(text, out var time));
        Assert.Equal(written, SettingText.WriteTime(time));
    }

    /// <summary>If this fails, run it with CISTERN_UPDATE_DOCS=1 and look at what changed.</summary>
    [Fact]
    public void The_documentation_lists_every_setting_as_it_is()
    {
        var path = Path.Combine(Repository.Root, "docs", "settings.md");
        var page = File.ReadAllText(path);
        var (begin, end) = (page.IndexOf("| name |", StringComparison.Ordinal), page.IndexOf("\n\n## ", page.IndexOf("| name |", StringComparison.Ordinal), StringComparison.Ordinal) + 1);
        if (Environment.GetEnvironmentVariable("CISTERN_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(path, page = string.Concat(page.AsSpan(0, begin), SettingsCatalogue.ToMarkdown(), page.AsSpan(end)));
        }

        Assert.Contains(SettingsCatalogue.ToMarkdown(), page, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_default_is_a_value_that_may_be_set()
    {
        foreach (var setting in SettingsCatalogue.All.Where(setting => setting.Default.Length > 0))
        {
            var applied = setting.Apply(new CisternSettings(), setting.Default, out var problem);

            Assert.Null(problem);
            Assert.Equivalent(new CisternSettings(), applied);
        }
    }

    private void WriteFile(string text) => File.WriteAllText(Path.Combine(_folder.FullName, SettingsReader.FileName), text);

    private SettingsReading Read(params (string Name, string Value)[] commandLine) =>
        SettingsReader.Read(commandLine.Append(("dataFolder", _folder.FullName)).ToDictionary(pair => pair.Item1, pair => pair.Item2), _environment);
}
