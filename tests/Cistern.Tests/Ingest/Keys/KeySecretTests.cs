using Cistern.Ingest.Keys;

namespace Cistern.Tests.Ingest.Keys;

public sealed class KeySecretTests
{
    [Fact]
    public void A_key_begins_with_aa_and_holds_160_random_bits_and_a_check_sum()
    {
        var secrets = Enumerable.Range(0, 200).Select(_ => KeySecret.Create().Reveal()).ToArray();

        Assert.All(secrets, secret => Assert.Matches("^aa_[a-z2-7]{32}[a-z2-7]{6}$", secret));
        Assert.All(secrets, secret => Assert.True(KeySecret.IsWellFormed(secret)));
        Assert.Equal(200, secrets.Distinct().Count());

        // Every place varies, so that no bit of the 160 is stuck.
        Assert.All(Enumerable.Range(3, 32), place => Assert.True(secrets.Select(secret => secret[place]).Distinct().Count() > 16, $"place {place}"));
    }

    [Fact]
    public void Every_single_typo_is_recognised()
    {
        var secret = KeySecret.Create().Reveal();
        for (var place = 0; place < secret.Length; place++)
        {
            var typo = secret.ToCharArray();
            typo[place] = typo[place] == 'q' ? 'r' : 'q';
            Assert.False(KeySecret.IsWellFormed(new string(typo)), $"place {place} of {secret}");
            Assert.False(KeySecret.IsWellFormed(secret.Remove(place, 1)), $"without place {place} of {secret}");
        }

        for (var place = 3; place < secret.Length - 1; place++)
        {
            var swapped = string.Concat(secret.AsSpan(0, place), secret.AsSpan(place + 1, 1), secret.AsSpan(place, 1), secret.AsSpan(place + 2));
            Assert.True(swapped == secret || !KeySecret.IsWellFormed(swapped), $"places {place} and {place + 1} of {secret}");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("aa_")]
    [InlineData("own-made-access-key")]
    [InlineData("aa_ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ")]
    public void Another_text_is_no_key(string text) => Assert.False(KeySecret.IsWellFormed(text));

    [Fact]
    public void A_secret_does_not_print()
    {
        var secret = KeySecret.Create();

        Assert.Equal("aa_***", $"{secret}");
    }
}

public sealed class WildcardTests
{
    [Theory]
    [InlineData("*", "", true)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("arn:*:deliverystream/shop-*", "arn:aws:firehose:eu-central-1:1:deliverystream/shop-logs", true)]
    [InlineData("arn:*:deliverystream/shop-*", "arn:aws:firehose:eu-central-1:1:deliverystream/other", false)]
    [InlineData("*ab", "aab", true)]
    [InlineData("*ab", "abb", false)]
    [InlineData("a*b*c", "abbbbc", true)]
    [InlineData("a*b*c", "acb", false)]
    [InlineData("abc", "abcd", false)]
    [InlineData("abcd", "abc", false)]
    public void A_star_stands_for_any_characters(string pattern, string text, bool matches) => Assert.Equal(matches, Wildcard.Matches(pattern, text));

    [Fact]
    public void No_pattern_takes_long()
    {
        var pattern = string.Concat(Enumerable.Repeat("*a", 200)) + "b";

        Assert.False(Wildcard.Matches(pattern, new string('a', 2_000)));
    }
}
