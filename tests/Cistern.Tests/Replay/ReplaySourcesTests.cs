using Cistern.Delivery.Backup;
using Cistern.Replay;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Replay;

public sealed class ReplaySourcesTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Files_and_folders_are_found_in_order_and_hidden_ones_left_out()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "b"));
        foreach (var name in new[] { "c", "b/2", "b/1", "a", ".cistern-replay" })
        {
            await File.WriteAllTextAsync(Path.Combine(_folder, name), name);
        }

        using var sources = new ReplaySources([_folder, Path.Combine(_folder, "c")], new S3Options());
        Assert.Null(sources.FindProblem());
        var found = await sources.ListAsync(default).ToListAsync();
        Assert.Equal(["a", "b/1", "b/2", "c", "c"], found.Select(each => each.Key));
        Assert.Equal(Path.Combine(_folder, "b/1"), found[1].Name);
        using var reader = new StreamReader(await found[1].Open(default));
        Assert.Equal("b/1", await reader.ReadToEndAsync());
    }

    [Theory]
    [InlineData("s3://", "write s3://BUCKET")]
    [InlineData("s3:///key", "write s3://BUCKET")]
    [InlineData("no/such/folder", "no such file or folder")]
    public void A_source_that_cannot_be_is_named(string source, string reason)
    {
        using var sources = new ReplaySources([_folder, source], new S3Options());
        Assert.Contains(reason, sources.FindProblem(), StringComparison.Ordinal);
    }
}

public sealed class ReplayArnTests
{
    private const string Key = "e/processing-failed/2025/03/04/11/fh-cw2splunk-9-2025-03-04-11-48-32-c7cc019b-af51-412d-b641-b3b44ceb3d87";
    private const string Lambda = "arn:aws:lambda:eu-west-2:123456789012:function:f:$LATEST";

    [Theory]
    [InlineData(null, null, null, Key, Lambda, "arn:aws:firehose:eu-west-2:123456789012:deliverystream/fh-cw2splunk")]
    [InlineData(null, null, null, Key, "", "arn:aws:firehose:local:000000000000:deliverystream/fh-cw2splunk")]
    [InlineData(null, "us-east-1", "111122223333", Key, Lambda, "arn:aws:firehose:us-east-1:111122223333:deliverystream/fh-cw2splunk")]
    [InlineData(null, null, null, "some.txt", "arn:aws:lambda:e\nvil:1:f", "arn:aws:firehose:local:000000000000:deliverystream/cistern-replay")]
    [InlineData("arn:x", "r", "a", Key, Lambda, "arn:x")]
    public void The_stream_is_told_by_what_is_said_then_by_the_key_and_the_function(string? arn, string? region, string? account, string key, string lambda, string expected) =>
        Assert.Equal(expected, new ReplayArn(arn, region, account).Of(new ReplayObject(key, key, 1, _ => throw new IOException()), lambda));
}
