using System.Globalization;
using Cistern.Enrich.Proof;

namespace Cistern.Tests.Enrich;

public sealed class ListImportTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    private readonly RulesFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"creationTime":"2026-09-22T00:00:00.000000","prefixes":[{"ipv4Prefix":"192.0.2.0/25"},{"ipv6Prefix":"2001:db8:4801::/64"}]}""", "192.0.2.0/25 2001:db8:4801::/64")]
    [InlineData("""{"prefixes":[{"ip_prefix":"192.0.2.7"}]}""", "192.0.2.7/32")]
    [InlineData("""<html><pre>{ &quot;creationTime&quot;: &quot;x&quot;, &quot;prefixes&quot;: [ {&quot;ip_prefix&quot;: &quot;192.0.2.7/32&quot;} ] }</pre></html>""", "192.0.2.7/32")]
    [InlineData("192.0.2.0/24,US,US-CA,Menlo Park,\n2001:db8::/32,IE,,Dublin,\n", "192.0.2.0/24 2001:db8::/32")]
    [InlineData("# a comment\r\n192.0.2.0/24 # here\r\n\r\n", "192.0.2.0/24")]
    public void Lists_are_read_in_the_shapes_that_operators_publish(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', ListReader.Read(text, out _)!.Prefixes));

    [Theory]
    [InlineData("", "it holds no prefix")]
    [InlineData("{", "it is no JSON")]
    [InlineData("{}", "it has no array 'prefixes'")]
    [InlineData("""{"prefixes":[]}""", "it holds no prefix")]
    [InlineData("""{"prefixes":[{"ipv4Prefix":"192.0.2.0/24"},{"ipv4Prefix":"nonsense"}]}""", "item 2 of 'prefixes' holds no prefix")]
    [InlineData("""{"prefixes":[{"ipv4Prefix":"192.0.2.0/24","ipv6Prefix":"2001:db8::/32"}]}""", "item 1")]
    [InlineData("""{"prefixes":[7]}""", "item 1")]
    [InlineData("<html>404 not found</html>", "holds no JSON object")]
    [InlineData("<html>{\"prefixes\": [</html>", "cannot be read")]
    [InlineData("192.0.2.0/24\nnot found", "line 2 begins with no prefix: not found")]
    public void What_is_no_list_is_refused_as_a_whole(string text, string reason)
    {
        Assert.Null(ListReader.Read(text, out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void An_import_is_in_force_from_the_moment_that_the_list_names()
    {
        var import = Import("""{"creationTime":"2026-09-22T00:00:00.000000","prefixes":[{"ipv4Prefix":"192.0.2.0/25"}]}""");

        Assert.Equal("gptbot@20260922T000000Z.txt", Path.GetFileName(import.File));
        var lists = _folder.Open().Current.Lists;
        var place = lists.PlaceOf("gptbot");
        Assert.True(lists.IsCompleteAt(place, Micros(new DateTimeOffset(2026, 9, 22, 0, 0, 0, TimeSpan.Zero))));
        Assert.False(lists.IsCompleteAt(place, Micros(new DateTimeOffset(2026, 9, 21, 23, 59, 59, TimeSpan.Zero))));
        Assert.Equal("gptbot", HolderOf(lists, "192.0.2.127", Now));
        Assert.Null(HolderOf(lists, "192.0.2.128", Now));
    }

    [Fact]
    public void A_list_that_lost_more_than_half_is_taken_by_force_only()
    {
        Assert.Equal("", Import(List(10), Now.AddDays(-3)).Problem);
        Assert.Equal("", Import(List(5), Now.AddDays(-2)).Problem);
        var refused = Import(List(2), Now.AddDays(-1));

        Assert.Null(refused.File);
        Assert.Contains("lost more than half of its prefixes, 2 are left of 5", refused.Problem, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(ListFiles.FolderIn(_folder.Path)).Length);
        Assert.NotNull(Import(List(2), Now.AddDays(-1), force: true).File);
    }

    [Fact]
    public void A_row_is_judged_by_the_list_of_its_time()
    {
        Import(List(2), Now.AddDays(-10));
        Import(List(1), Now.AddDays(-5));
        var lists = _folder.Open().Current.Lists;

        Assert.Null(HolderOf(lists, "198.51.100.1", Now.AddDays(-11)));
        Assert.Equal("gptbot", HolderOf(lists, "198.51.100.1", Now.AddDays(-10)));
        Assert.Equal("gptbot", HolderOf(lists, "198.51.100.1", Now.AddDays(-5).AddMilliseconds(-1)));
        Assert.Null(HolderOf(lists, "198.51.100.1", Now.AddDays(-5)));
        Assert.Equal("gptbot", HolderOf(lists, "198.51.100.0", Now));
    }

    [Fact]
    public void Single_prefixes_do_not_end_the_time_of_a_whole_list()
    {
        // The program's own prefixes of this list are of June 2026.
        Import(List(1), new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var lists = _folder.Open().Current.Lists;

        Assert.True(lists.IsCompleteAt(lists.PlaceOf("gptbot"), Micros(Now)));
        Assert.False(Cistern.Enrich.Rules.RuleSet.Own.Lists.IsCompleteAt(lists.PlaceOf("gptbot"), Micros(Now)));
    }

    [Fact]
    public void There_is_no_import_for_a_list_that_nobody_publishes() =>
        Assert.Contains("there is no list '../evil'", ListFiles.Import(_folder.Path, _folder.Open().Current.Lists, "../evil", List(1), null, Now, force: true).Problem, StringComparison.Ordinal);

    private static string List(int count) => string.Join('\n', Enumerable.Range(0, count).Select(number => string.Create(CultureInfo.InvariantCulture, $"198.51.100.{number}")));

    private static string? HolderOf(AddressLists lists, string address, DateTimeOffset time)
    {
        Assert.True(NetAddress.TryParse(System.Text.Encoding.UTF8.GetBytes(address), out var parsed));
        Span<int> found = stackalloc int[4];
        return lists.Find(parsed, Micros(time), found) > 0 ? lists.Sources[found[0]].Id : null;
    }

    private static long Micros(DateTimeOffset time) => time.ToUnixTimeMilliseconds() * 1000;

    private ListImport Import(string text, DateTimeOffset? from = null, bool force = false) =>
        ListFiles.Import(_folder.Path, _folder.Open().Current.Lists, "gptbot", text, from, Now, force);
}
