using Cistern.Store;
using Cistern.Store.Embedded.Identity;
using Cistern.Store.Identity;

namespace Cistern.Tests.Store.Identity;

public sealed class DeliveryIdsTests
{
    private const string Arn = "arn:aws:firehose:eu-west-1:123456789012:deliverystream/site";
    private const long Start = 1_700_000_000_000;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly DeliveryIds _ids = new(SipKey.CreateRandom(), Day, 32L << 20);

    [Fact]
    public void Delivery_is_known_by_source_and_id_together()
    {
        Assert.True(_ids.TryAdd(_ids.Identify(Arn, "id-1"), RepeatScope.Delivery, Start));
        Assert.False(_ids.TryAdd(_ids.Identify(Arn, "id-1"), RepeatScope.Delivery, Start + 1));
        Assert.True(_ids.TryAdd(_ids.Identify(Arn, "id-2"), RepeatScope.Delivery, Start));
        Assert.True(_ids.TryAdd(_ids.Identify(Arn + "-b", "id-1"), RepeatScope.Delivery, Start));
        Assert.NotEqual(_ids.Identify("a", "bc"), _ids.Identify("ab", "c"));
    }

    [Fact]
    public void Delivery_is_forgotten_after_a_day_and_an_import_never()
    {
        var delivery = _ids.Identify(Arn, "delivery");
        var import = _ids.Identify("import", "file");
        _ids.TryAdd(delivery, RepeatScope.Delivery, Start);
        _ids.TryAdd(import, RepeatScope.Import, Start);

        var later = Start + (3 * (long)Day.TotalMilliseconds);
        Assert.True(_ids.TryAdd(delivery, RepeatScope.Delivery, later));
        Assert.False(_ids.TryAdd(import, RepeatScope.Import, later));
    }

    [Fact]
    public void Entries_without_an_id_are_never_compared()
    {
        var delivery = _ids.Identify(Arn, "made here");

        Assert.True(_ids.TryAdd(delivery, RepeatScope.None, Start));
        Assert.True(_ids.TryAdd(delivery, RepeatScope.None, Start));
        Assert.Equal(0, _ids.Count);
    }

    [Fact]
    public void Withdrawn_deliveries_are_new_again()
    {
        var first = _ids.Identify(Arn, "1");
        var second = _ids.Identify(Arn, "2");
        var import = _ids.Identify(Arn, "3");
        _ids.TryAdd(first, RepeatScope.Delivery, Start);
        _ids.TryAdd(second, RepeatScope.Delivery, Start);
        _ids.TryAdd(import, RepeatScope.Import, Start);

        _ids.Withdraw(import, RepeatScope.Import);
        _ids.Withdraw(second, RepeatScope.Delivery);

        Assert.True(_ids.TryAdd(import, RepeatScope.Import, Start));
        Assert.True(_ids.TryAdd(second, RepeatScope.Delivery, Start));
        Assert.False(_ids.TryAdd(first, RepeatScope.Delivery, Start));
    }

    [Fact]
    public void Withdrawal_out_of_order_is_a_mistake_of_ours_and_fails_loudly()
    {
        var first = _ids.Identify(Arn, "1");
        _ids.TryAdd(first, RepeatScope.Delivery, Start);
        _ids.TryAdd(_ids.Identify(Arn, "2"), RepeatScope.Delivery, Start);

        Assert.Throws<InvalidOperationException>(() => _ids.Withdraw(first, RepeatScope.Delivery));
    }

    [Fact]
    public void Identifying_a_delivery_allocates_nothing()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 20_000; round++)
        {
            _ = _ids.Identify(Arn, "0c7b7a0e-3b1f-4a52-9d7e-111111111111");
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000);
    }
}
