using Cistern.Formats.Deliveries;
using Cistern.Store;

namespace Cistern.Tests.Store;

/// <summary>What becomes of rows that are classified again: their rule columns are those of a new row, and nothing else changes.</summary>
public sealed class ReclassifiedRowsTests : ReclassifyRig
{
    // Lines of all kinds that there are fixtures of, and every labelled user agent.
    [Fact]
    public async Task Only_the_rule_columns_change_and_they_are_what_a_new_row_would_have()
    {
        await using var open = new OpenStore(rules: _rules);
        await StoreFixturesAsync(open);
        open.Maintenance.Seal();
        var (before, told) = (Others(open), RuleColumns(open));

        _files.Write("agents.tsv", "# version: 2026-12-02", "Firefox\ttoken\tFox\tExample Inc\ttraining", "-GPTBot");
        _files.Write("referrers.tsv", "# version: 2026-12-02", "news.example.com\tNews\tExample Inc\t");
        _files.Write("lists/fox@20200101T000000Z.txt", "# complete: yes", "203.0.113.0/24");
        _files.Write("lists.tsv", "fox\tExample Inc\tFox\t\t");
        Assert.True(_rules.ReloadIfChanged(), string.Join("; ", _rules.Problems));
        Reclassify(open);

        Assert.Equal(before, Others(open));
        await using var fresh = new OpenStore(rules: _rules);
        await StoreFixturesAsync(fresh);
        fresh.Maintenance.Seal();
        Assert.Equal(RuleColumns(fresh), RuleColumns(open));
        Assert.NotEqual(told, RuleColumns(open));
        Assert.Equal(Types(fresh), Types(open));
    }

    [Fact]
    public async Task Rows_keep_their_order_over_many_row_groups()
    {
        const int Rows = 50_000;
        await using var open = new OpenStore(rules: _rules);
        await open.StoreAsync("d1", Enumerable.Range(0, Rows).Select(row => Line($"r{row}", row % 3 == 0 ? "AlphaBot" : $"Other/{row}", $"/{new string('x', row % 50)}{row}")));
        open.Maintenance.Seal();
        var before = Others(open);
        Assert.Equal(Rows, before.Length);

        ChangeRules();
        Reclassify(open);

        Assert.Equal(before, Others(open));
        Assert.Equal(Enumerable.Range(0, Rows).Select(row => row % 3 == 0 ? "Agent2" : ""), Values(open, "agent"));
    }

    // Several rules' rows in one file: from a seal right after a change, or from a join.
    [Fact]
    public async Task A_file_of_several_rules_is_rewritten_as_a_whole()
    {
        await using var open = new OpenStore(new() { CompactFiles = 2 }, _rules);
        await open.StoreAsync("d1", Line("a"));
        ChangeRules();
        await open.StoreAsync("d2", Line("b"));
        open.Maintenance.Seal();
        Assert.Equal(new Classified(2, 0), open.Store.GetRules().Rows);

        Reclassify(open);

        Assert.Equal(["d1:Agent2", "d2:Agent2"], await AgentsAsync(open));
        Assert.Equal(new Classified(2, 2), open.Store.GetRules().Rows);
    }

    [Fact]
    public async Task A_file_of_a_release_without_rules_gets_its_columns()
    {
        await using var open = new OpenStore(rules: _rules);
        await open.StoreAsync("d1", Line("a"));
        await open.Store.DisposeAsync();
        OlderFilesTests.MakeOlder(open.Folder, "requests", s_ruleColumns, schema: 2);
        open.Reopen();
        Assert.Equal(["d1:"], await AgentsAsync(open));

        ChangeRules();
        Reclassify(open);

        Assert.Equal(["d1:Agent2"], await AgentsAsync(open));
        Assert.Equal("page", await open.ScalarAsync("SELECT kind FROM requests"));
    }

    [Fact]
    public async Task An_answer_knows_which_share_of_its_rows_the_rules_in_force_classified()
    {
        await using var open = new OpenStore(rules: _rules);
        await open.StoreAsync("d1", Line("a"));
        open.Maintenance.Seal();
        Assert.Null(await ShareAsync(open));
        ChangeRules();
        Assert.Equal(0, await ShareAsync(open));
        await open.StoreAsync("d2", Line("b"), Line("c"));
        await open.StoreAsync("d3", Line("old", hoursAgo: 30));
        Assert.Equal(0.75, await ShareAsync(open));
        Assert.Null(await ShareAsync(open, "rejects"));

        Reclassify(open);

        Assert.Null(await ShareAsync(open));
        Assert.Equal(new Classified(4, 4), open.Store.GetRules().Rows);
    }

    [Theory]
    [InlineData(3, 0, 0.0)]
    [InlineData(3, 2, 0.6666)]
    [InlineData(1_000_000, 999_999, 0.9999)]
    [InlineData(7, 7, null)]
    [InlineData(0, 0, null)]
    public void A_share_is_1_only_if_it_is_all(long all, long now, double? share) => Assert.Equal(share, new Classified(all, now).Share);

    // Truncated addresses look like others; who was addressed 192.0.2.0 before is still that.
    [Fact]
    public async Task An_address_that_may_have_been_truncated_accuses_nobody()
    {
        await using var open = new OpenStore(rules: _rules);
        foreach (var action in Enum.GetValues<PrivacyAction>())
        {
            var privacy = PrivacyRules.Default with { ClientAddress = action, HashKey = new byte[16] };
            await StoreAsync(open, $"{action}", TestDeliveries.Fields, [Line($"4{action}", address: "198.51.100.7"), Line($"6{action}", address: "2001:db8:1::7")], privacy);
        }

        open.Maintenance.Seal();
        Assert.Equal(["198.51.100.7", "2001:db8:1::7", "198.51.100.0", "2001:db8:1::"], Values(open, "client_ip").Take(4));
        WriteList("192.0.2.0/24");
        Reclassify(open);
        Assert.Equal(["mismatch", "mismatch", "none", "none", "none", "none", "none", "none"], Values(open, "proof"));

        WriteList("198.51.100.0/24");
        Reclassify(open);
        Assert.Equal(["address", "mismatch", "none", "none", "none", "none", "none", "none"], Values(open, "proof"));

        await open.StoreAsync("d2", Line("f", address: "198.51.100.0"), Line("g", address: "192.0.2.0"));
        open.Maintenance.Seal();
        WriteList("198.51.100.0/24");
        Reclassify(open);
        Assert.Equal(["address", "mismatch"], (await open.RowsAsync("SELECT proof FROM requests WHERE delivery_id = 'd2' ORDER BY client_ip DESC")).Select(row => row[0]));

        void WriteList(string prefix)
        {
            _files.Write("lists.tsv", "alpha\tExample Inc\tAgent1\t\t");
            _files.Write("agents.tsv", $"# version: 2026-12-{++_versions + 1:00}", "AlphaBot\ttoken\tAgent1\tExample Inc\ttraining\talpha", $"Other{_versions}\ttoken\tOther{_versions}\tExample Inc\ttraining");
            _files.Write("lists/alpha@20200101T000000Z.txt", "# complete: yes", prefix);
            Assert.True(_rules.ReloadIfChanged(), string.Join("; ", _rules.Problems));
        }
    }
}
