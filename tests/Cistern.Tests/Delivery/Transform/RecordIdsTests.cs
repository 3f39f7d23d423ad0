using Cistern.Delivery;
using Cistern.Delivery.Transform;

namespace Cistern.Tests.Delivery.Transform;

public sealed class RecordIdsTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 499)]
    [InlineData(long.MaxValue, int.MaxValue)]
    public void An_id_has_the_shape_of_a_real_one_and_can_be_read_back(long entry, int index)
    {
        var id = RecordIds.OfPut(entry, index);

        Assert.Matches($"^shardId-0{{84}}49[0-9]{{54}}0{{12}}$", id);
        Assert.Equal(160, id.Length);
        Assert.True(RecordIds.TryRead(id, out var readEntry, out var readIndex));
        Assert.Equal((entry, index), (readEntry, readIndex));
    }

    [Fact]
    public void Ids_grow_as_records_come()
    {
        string[] ids = [RecordIds.OfPut(9, 499), RecordIds.OfPut(10, 0), RecordIds.OfPut(10, 1), RecordIds.OfPut(10, 10), RecordIds.OfPut(11, 0)];

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
    }

    [Theory]
    [InlineData("")]
    [InlineData("shardId-1")]
    [InlineData("shardId-00000000000000000000000000000000000000000000000000000000000000000000000000000000000049661076801743525278240094264031636452583540156006400002000000000000")]
    public void A_strange_id_is_not_read(string id) => Assert.False(RecordIds.TryRead(id, out _, out _));

    [Fact]
    public void Records_out_of_one_aggregated_Kinesis_record_have_ids_of_their_own_that_begin_with_its_number()
    {
        var origin = new KinesisOrigin("shardId-000000000000", "key", "49635675801952128003396914033285311334825079587865624578", TransformSamples.Arrived);
        var first = RecordIds.Of(TransformSamples.Record(3, 0, "a") with { Kinesis = origin });
        var second = RecordIds.Of(TransformSamples.Record(3, 1, "a") with { Kinesis = origin });

        Assert.StartsWith(origin.SequenceNumber, first, StringComparison.Ordinal);
        Assert.NotEqual(first, second);
    }
}
