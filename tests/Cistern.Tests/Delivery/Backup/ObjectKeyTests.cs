using Cistern.Delivery;
using Cistern.Delivery.Backup;

namespace Cistern.Tests.Delivery.Backup;

public sealed class ObjectKeyTests
{
    private static readonly DateTimeOffset Made = new(2025, 3, 4, 13, 48, 32, TimeSpan.FromHours(2));
    private static readonly Guid Uuid = Guid.Parse("c7cc019b-af51-412d-b641-b3b44ceb3d87");

    [Theory]
    [InlineData(0, "", "")]
    [InlineData(1, "", ".gz")]
    [InlineData(2, "", ".zip")]
    [InlineData(3, "", ".snappy")]
    [InlineData(4, "", ".snappy")]
    [InlineData(1, ".log.gz", ".log.gz")]
    [InlineData(0, ".json", ".json")]
    public void A_key_is_made_as_Firehose_makes_it(int compression, string extension, string end)
    {
        var plan = S3PrefixTests.Plan("", "") with { Compression = (S3Compression)compression, FileExtension = extension };
        Assert.Equal(
            $"retries/processing-failed/2025/03/04/11/fh-cw2splunk-9-2025-03-04-11-48-32-c7cc019b-af51-412d-b641-b3b44ceb3d87{end}",
            ObjectKey.Of("retries/processing-failed/2025/03/04/11/", "fh-cw2splunk", 9, Made, Uuid, plan));
    }

    [Theory]
    [InlineData("retries/processing-failed/2025/03/04/11/fh-cw2splunk-9-2025-03-04-11-48-32-c7cc019b-af51-412d-b641-b3b44ceb3d87", "fh-cw2splunk")]
    [InlineData("shop-1-2026-01-02-03-04-05-c7cc019b-af51-412d-b641-b3b44ceb3d87.gz", "shop")]
    [InlineData("e/a.b_c-7-12-2026-01-02-03-04-05-c7cc019b-af51-412d-b641-b3b44ceb3d87.tar.gz", "a.b_c-7")]
    [InlineData("2015/old-2015-01-02-03-04-05-c7cc019b-af51-412d-b641-b3b44ceb3d87", "old")]
    [InlineData("errors/readme.txt", null)]
    [InlineData("", null)]
    [InlineData("x/shop-1-2026-01-02-03-04-05-c7cc019b-af51-412d-b641-b3b44ceb3d87/part", null)]
    public void The_name_of_the_stream_is_found_in_a_key(string key, string? expected) => Assert.Equal(expected, ObjectKey.StreamNameIn(key));

    [Fact]
    public void Uuids_are_of_version_4_and_repeat_with_the_seed()
    {
        var uuid = ObjectKey.NewUuid(new Random(3));
        Assert.Equal(4, uuid.Version);
        Assert.Equal(uuid, ObjectKey.NewUuid(new Random(3)));
        Assert.NotEqual(uuid, ObjectKey.NewUuid(new Random(4)));
    }
}
