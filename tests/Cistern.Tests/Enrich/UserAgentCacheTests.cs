using System.Text;
using Cistern.Enrich.Naming;
using Cistern.Enrich.Rules;

namespace Cistern.Tests.Enrich;

public sealed class UserAgentCacheTests
{
    private readonly UserAgentRules _rules = RuleSet.Own.UserAgents;

    [Fact]
    public void A_small_cache_gives_the_same_answers_as_none()
    {
        var cache = new UserAgentCache(capacity: 64);
        var agents = LabelledAgent.Read("ua-labelled-isbot.tsv").Select(row => Encoding.UTF8.GetBytes(row.UserAgent)).ToArray();

        for (var round = 0; round < 3; round++)
        {
            Assert.All(agents, agent => Assert.Equal(_rules.Classify(agent), cache.Find(_rules, agent)));
        }
    }

    [Fact]
    public void Texts_that_differ_in_one_byte_or_in_length_have_different_hashes()
    {
        var hash = KeyedHash.CreateRandom();
        HashSet<(ulong, ulong)> seen = [];
        var zeros = new byte[100];
        for (var length = 0; length < zeros.Length; length++)
        {
            Assert.True(seen.Add(hash.Of(zeros.AsSpan(0, length))), $"{length} zeros");
            for (var place = 0; place < length; place++)
            {
                zeros[place] = (byte)(1 + (length % 7));
                Assert.True(seen.Add(hash.Of(zeros.AsSpan(0, length))), $"{length} zeros but at {place}");
                zeros[place] = 0;
            }
        }

        Assert.Equal(hash.Of("GPTBot"u8), hash.Of("GPTBot"u8));
        Assert.NotEqual(hash.Of("GPTBot"u8), KeyedHash.CreateRandom().Of("GPTBot"u8));
    }

    [Fact]
    public void A_user_agent_that_is_known_costs_no_allocation()
    {
        var cache = new UserAgentCache();
        var agents = LabelledAgent.Read("ua-labelled-isbot.tsv").Select(row => Encoding.UTF8.GetBytes(row.UserAgent)).ToArray();
        Array.ForEach(agents, agent => cache.Find(_rules, agent));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Array.ForEach(agents, agent => cache.Find(_rules, agent));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
    }

    [Fact]
    public void Three_hundred_thousand_user_agents_take_no_more_memory_than_the_table_has()
    {
        var cache = new UserAgentCache();
        var agent = new byte[64];
        "Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/"u8.CopyTo(agent);
        cache.Find(_rules, agent);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var number = 0; number < 300_000; number++)
        {
            BitConverter.TryWriteBytes(agent.AsSpan(48), number * 2654435761L);
            cache.Find(_rules, agent);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
    }

    [Fact]
    public void Threads_that_share_a_cache_get_the_right_answers()
    {
        var cache = new UserAgentCache(capacity: 128);
        var agents = LabelledAgent.Read("ua-labelled-isbot.tsv").Select(row => Encoding.UTF8.GetBytes(row.UserAgent)).Select(agent => (agent, _rules.Classify(agent))).ToArray();
        var wrong = 0;

        Parallel.For(0, 8, worker =>
        {
            for (var round = 0; round < 20 * agents.Length; round++)
            {
                var (agent, expected) = agents[((round * 31) + worker) % agents.Length];
                if (cache.Find(_rules, agent) != expected)
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        });

        Assert.Equal(0, wrong);
    }
}
