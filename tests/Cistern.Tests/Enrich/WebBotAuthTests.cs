using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Cistern.Enrich.Signatures;
using NSec.Cryptography;

namespace Cistern.Tests.Enrich;

/// <summary>With the public key and the vector of RFC 9421, appendices B.1.4 and B.2.6, and with a key of their own.</summary>
public sealed class WebBotAuthTests : IDisposable
{
    private const string PublicX = "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs";
    private const string Thumbprint = "poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U";
    private const string Chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
    private const string Signer = "chatgpt.com";

    private static readonly DateTimeOffset Now = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    private readonly RulesFolder _folder = new();
    private readonly Key _key = Key.Create(SignatureAlgorithm.Ed25519);

    public WebBotAuthTests() => _folder.Write(
        $"keys/{Signer}.json",
        $$"""{"keys":[{"kty":"RSA","n":"x"},{"kty":"OKP","crv":"Ed25519","kid":"test-key-ed25519","x":"{{PublicX}}"},{"kty":"OKP","crv":"Ed25519","x":"{{OwnX}}"}]}""");

    // RFC 7638, with the members of an OKP key in their order.
    private string OwnThumbprint => Base64Url.EncodeToString(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes("{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"" + OwnX + "\"}")));

    private string OwnX => Base64Url.EncodeToString(_key.PublicKey.Export(KeyBlobFormat.RawPublicKey));

    public void Dispose()
    {
        _folder.Dispose();
        _key.Dispose();
    }

    [Fact]
    public void The_vector_of_the_standard_holds_and_no_other_text_does()
    {
        var headers = "date:Tue, 20 Apr 2021 02:07:55 GMT\ncontent-type:application/json\ncontent-length:18"u8;
        var input = Assert.Single(FieldReader.ReadInputs("""sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519" """.Trim()));
        var request = new SignedRequest { Method = "POST"u8, Host = "example.com"u8, Path = "/foo"u8, Headers = headers };
        var signature = FieldReader.ReadSignature("sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:", "sig-b26");
        var signed = request.BaseOf(input);

        Assert.Equal(
            "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n\"@path\": /foo\n\"@authority\": example.com\n\"content-type\": application/json\n\"content-length\": 18\n"
            + "\"@signature-params\": (\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\");created=1618884473;keyid=\"test-key-ed25519\"",
            signed);
        var keys = _folder.Open().Current.Keys;
        Assert.True(keys.Verify(Signer, "test-key-ed25519", Encoding.UTF8.GetBytes(signed!), signature));
        Assert.True(keys.Verify(Signer, Thumbprint, Encoding.UTF8.GetBytes(signed!), signature));
        Assert.False(keys.Verify(Signer, "test-key-ed25519", Encoding.UTF8.GetBytes(signed + " "), signature));
        Assert.False(keys.Verify("example.org", "test-key-ed25519", Encoding.UTF8.GetBytes(signed!), signature));
    }

    [Fact]
    public void A_signed_request_with_a_browsers_user_agent_is_its_signers()
    {
        var row = Signed().Enrich(_folder.Open());

        Assert.Equal(("signed", "ChatGPT agent", "OpenAI", "agent"), (row["proof"], row["agent"], row["operator"], row["class"]));
        Assert.Equal("signed-unchecked", Signed().Enrich()["proof"]);
    }

    [Fact]
    public void A_dictionary_of_signers_is_read_by_its_label()
    {
        const string components = "(\"@authority\" \"@method\" \"@path\" \"signature-agent\";key=\"sig1\")";
        var row = Signed(components, agent: $"sig1=\"https://{Signer}\"", signedAgent: $"\"https://{Signer}\"");

        Assert.Equal("signed", row.Enrich(_folder.Open())["proof"]);
    }

    [Fact]
    public void A_signature_proves_its_own_operators_claims_only()
    {
        Assert.Equal("signed", Signed(userAgent: "ChatGPT-User/1.0").Enrich(_folder.Open())["proof"]);
        Assert.Equal("signed-unchecked", Signed(userAgent: "Bytespider").Enrich(_folder.Open())["proof"]);
    }

    [Fact]
    public void What_differs_from_what_was_signed_is_not_proven()
    {
        var rules = _folder.Open();
        var good = Signed();
        EnrichedRow[] bad =
        [
            good with { Host = "other.example.com" },
            good with { Path = "/other" },
            good with { Method = "HEAD" },
            good with { Time = Now.AddHours(2) },
            good with { Time = Now.AddHours(-1) },
            good with { Headers = good.Headers.Replace("web-bot-auth", "other", StringComparison.Ordinal) },
            good with { Headers = good.Headers.Replace($"https://{Signer}", "https://example.org", StringComparison.Ordinal) },
            good with { Headers = good.Headers.Replace($"https://{Signer}", $"http://{Signer}", StringComparison.Ordinal) },
            good with { Headers = good.Headers[..^30] },
            Signed("(\"@method\" \"signature-agent\")"),
            Signed("(\"@authority\" \"@method\")"),
            Signed("(\"@authority\" \"signature-agent\" \"content-digest\")"),
            Signed("(\"@authority\" \"signature-agent\" \"@target-uri\")"),
            Signed("(\"@authority\" \"signature-agent\";sf)"),
        ];

        Assert.Equal("signed", good.Enrich(rules)["proof"]);
        Assert.All(bad, row => Assert.Equal("signed-unchecked", row.Enrich(rules)["proof"]));
    }

    // Noon of 27 November is 1,795,780,800 seconds since 1970; directories write seconds or milliseconds.
    [Theory]
    [InlineData("", true)]
    [InlineData(""","nbf":1795780800,"exp":1795780801""", true)]
    [InlineData(""","nbf":1795780801""", false)]
    [InlineData(""","exp":1795780800""", false)]
    [InlineData(""","exp":1795780801""", true)]
    [InlineData(""","nbf":1795780800000,"exp":1795780801000""", true)]
    [InlineData(""","nbf":1795780801000""", false)]
    [InlineData(""","exp":1795780800000""", false)]
    [InlineData(""","nbf":0,"exp":1e13""", true)]
    public void A_key_counts_between_its_nbf_and_its_exp(string validity, bool holds)
    {
        WriteOwnKey(validity);

        Assert.Equal(holds ? "signed" : "signed-unchecked", (Signed() with { Time = Now }).Enrich(_folder.Open())["proof"]);
    }

    [Theory]
    [InlineData(""","nbf":"today" """)]
    [InlineData(""","exp":1e300""")]
    [InlineData(""","exp":null""")]
    public void A_time_of_a_key_that_is_none_is_a_problem(string validity)
    {
        WriteOwnKey(validity);

        Assert.Contains("'nbf' or 'exp'", Assert.Single(_folder.Open().Problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_validity_of_a_key_is_another_version_of_the_rules()
    {
        var rules = _folder.Open();
        var before = rules.Current.Version;
        WriteOwnKey("");
        rules.ReloadIfChanged();
        var bare = rules.Current.Version;
        WriteOwnKey(""","exp":1795780801""");
        rules.ReloadIfChanged();

        Assert.Equal(3, new[] { before, bare, rules.Current.Version }.Distinct().Count());
    }

    private void WriteOwnKey(string validity) => _folder.Write($"keys/{Signer}.json", $$"""{"keys":[{"kty":"OKP","crv":"Ed25519","x":"{{OwnX}}"{{validity}}}]}""");

    [Fact]
    public void Whatever_the_headers_hold_a_row_is_a_row()
    {
        var rules = _folder.Open();
        var random = new Random(5);
        var good = Signed();
        for (var round = 0; round < 400; round++)
        {
            var headers = good.Headers.ToCharArray();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                headers[random.Next(headers.Length)] = "\"();=:,\\ \n\tx\u00e9"[random.Next(13)];
            }

            Assert.Contains((good with { Headers = new string(headers) }).Enrich(rules)["proof"], new[] { "signed", "signed-unchecked", "none" });
        }

        Assert.Empty(FieldReader.ReadInputs("sig=(" + new string('"', 8000)));
        Assert.Empty(FieldReader.ReadInputs(string.Concat(Enumerable.Repeat("a=();b,", 1000))));
        Assert.Null(FieldReader.ReadSignature("sig1=:AA", "sig1"));
        Assert.Null(FieldReader.ReadSignature("sig1=:%%%%:", "sig1"));
        Assert.Empty(FieldReader.ReadAgents("\"https://a"));
    }

    private EnrichedRow Signed(
        string components = "(\"@authority\" \"@method\" \"@path\" \"signature-agent\")", string userAgent = Chrome, string agent = $"\"https://{Signer}\"", string? signedAgent = null)
    {
        var parameters = string.Create(CultureInfo.InvariantCulture,
            $"{components};created={Now.ToUnixTimeSeconds()};expires={Now.AddHours(1).ToUnixTimeSeconds()};keyid=\"{OwnThumbprint}\";alg=\"ed25519\";tag=\"web-bot-auth\"");
        var text = new StringBuilder();
        foreach (var component in components[1..^1].Split(' '))
        {
            var value = component.Split('"')[1] switch { "@authority" => "www.example.com", "@method" => "GET", "@path" => "/a%20b", "signature-agent" => signedAgent ?? agent, _ => "x" };
            text.Append(component).Append(": ").Append(value).Append('\n');
        }

        text.Append("\"@signature-params\": ").Append(parameters);
        var signature = SignatureAlgorithm.Ed25519.Sign(_key, Encoding.UTF8.GetBytes(text.ToString()));
        return new EnrichedRow
        {
            Time = Now.AddMinutes(1),
            UserAgent = userAgent,
            Path = "/a%20b",
            Headers = $"host:www.example.com\nSignature-Agent:{agent}\nSignature-Input:sig1={parameters}\nSignature:sig1=:{Convert.ToBase64String(signature)}:\n",
        };
    }
}
