using System.Diagnostics;
using Cistern.Store.Embedded.Identity;
using Cistern.Store.Identity;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Store.Identity;

public sealed class IdentityWindowTests
{
    private const long Start = 1_700_000_000_000;
    private const long SmallestBytes = 32 << 10;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public void Identity_is_new_once_within_the_window()
    {
        var window = new IdentityWindow(Hour, SmallestBytes);

        Assert.True(window.TryAdd(Hash(1), Start));
        Assert.False(window.TryAdd(Hash(1), Start + 1000));
        Assert.True(window.TryAdd(Hash(2), Start + 1000));
        Assert.False(window.TryAdd(Hash(1), Start + Ms(Hour) - 1));
        Assert.True(window.TryAdd(Hash(1), Start + Ms(Hour) + (Ms(Hour) / 4096) + 1));
    }

    [Fact]
    public void A_window_of_zero_remembers_nothing()
    {
        var window = new IdentityWindow(TimeSpan.Zero, SmallestBytes);

        Assert.True(window.TryAdd(Hash(1), Start));
        Assert.True(window.TryAdd(Hash(1), Start));
        window.Withdraw(2);
        Assert.Equal((0, TimeSpan.Zero), (window.Count, window.Reach(Start)));
    }

    [Fact]
    public void Identities_that_differ_in_any_single_bit_are_not_confused()
    {
        var window = new IdentityWindow(Hour, SmallestBytes);
        var identity = Hash(1);
        window.TryAdd(identity, Start);
        for (var bit = 0; bit < 128; bit++)
        {
            Assert.True(window.TryAdd(identity ^ (UInt128.One << bit), Start), $"bit {bit}");
        }

        Assert.Equal(129, window.Count);
    }

    // All in one place of the table, where the tag cannot tell them apart: only slower, never wrong.
    [Fact]
    public void Identities_that_are_badly_spread_are_still_told_apart()
    {
        var window = new IdentityWindow(Hour, SmallestBytes);
        for (var value = 0; value < 3000; value++)
        {
            Assert.True(window.TryAdd((UInt128)(ulong)value, Start));
        }

        for (var value = 0; value < 3000; value++)
        {
            Assert.Equal(value >= 3000 - window.Capacity, window.Contains((UInt128)(ulong)value));
        }
    }

    [Fact]
    public void Under_more_traffic_the_window_shrinks_and_says_so()
    {
        var window = new IdentityWindow(Hour, SmallestBytes);
        for (var second = 0; second < 3000; second++)
        {
            Assert.True(window.TryAdd(Hash(second), Start + (second * 1000L)));
        }

        var now = Start + (2999 * 1000L);
        var reach = window.Reach(now);
        Assert.InRange(reach, TimeSpan.FromSeconds(window.Capacity - 2), TimeSpan.FromSeconds(window.Capacity));
        for (var second = 0; second < 3000; second++)
        {
            // What lies within the reach is remembered, without exception.
            Assert.True(window.Contains(Hash(second)) || now - (second * 1000L) - Start > reach.TotalMilliseconds, $"second {second}");
        }

        // When the traffic is over, the window is whole again.
        Assert.Equal(Hour, window.Reach(now + Ms(Hour)));
    }

    [Fact]
    public void Withdrawn_identities_are_new_again_and_the_others_stay()
    {
        var window = new IdentityWindow(Hour, SmallestBytes);
        for (var value = 0; value < 500; value++)
        {
            window.TryAdd(Hash(value), Start + (value * 100L));
        }

        window.Withdraw(200);

        Assert.Equal(300, window.Count);
        for (var value = 0; value < 500; value++)
        {
            Assert.Equal(value < 300, window.Contains(Hash(value)));
        }

        Assert.True(window.TryAdd(Hash(400), Start + 50_000));
        window.Withdraw(10_000);
        Assert.Equal(0, window.Count);
        Assert.True(window.TryAdd(Hash(0), Start + 50_000));
    }

    [Fact]
    public void Idle_window_gives_its_memory_back()
    {
        var window = new IdentityWindow(Hour, 64L << 20);
        var small = window.Bytes;
        for (var value = 0; value < 100_000; value++)
        {
            window.TryAdd(Hash(value), Start);
        }

        Assert.InRange(window.Bytes, 32 * 100_000, 64L << 20);
        window.TryAdd(Hash(1), Start + (2 * Ms(Hour)));
        Assert.Equal(1, window.Count);
        Assert.Equal(small, window.Bytes);
    }

    [Theory]
    [InlineData(32 << 10)]
    [InlineData(1_000_000)]
    [InlineData(4 << 20)]
    public void Memory_stays_within_its_bound_and_adding_allocates_nothing_once_it_is_grown(long maxBytes)
    {
        var window = new IdentityWindow(Hour, maxBytes);
        Assert.InRange(IdentityTable.BytesFor(window.Capacity), (maxBytes / 2) + 1, maxBytes);
        var value = 0;
        for (; value < 2 * window.Capacity; value++)
        {
            window.TryAdd(Hash(value), Start);
        }

        Assert.InRange(window.Bytes, 1, maxBytes);
        Assert.Equal(window.Capacity, window.Count);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var end = value + 50_000; value < end; value++)
        {
            window.TryAdd(Hash(value), Start);
        }

        // Far less than a byte for each: the runtime's own bookkeeping shows up now and then.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000);
    }

    [Fact]
    public void Default_size_holds_two_million_rows() => Assert.Equal(2 << 20, new IdentityWindow(Hour, 64L << 20).Capacity);

    [Fact]
    public void Table_that_lives_long_does_not_become_slow()
    {
        var window = new IdentityWindow(Hour, SmallestBytes);
        Run(window, 0, 100_000);
        var fresh = Run(window, 100_000, 100_000);
        Run(window, 200_000, 3_000_000);
        var old = Enumerable.Range(32, 5).Min(part => Run(window, part * 100_000, 100_000)); // The quickest: others use the machine too.

        // Tombstones or lost slots would make the table a list by now, which is a hundred times slower.
        Assert.True(old < (10 * fresh) + TimeSpan.FromMilliseconds(50), $"fresh {fresh}, after three million removals {old}");
    }

    // Against a plain dictionary. An identity must be found while it is within the reach, may be found for one step longer than the window, and never
    // after that.
    [Fact]
    public void Window_agrees_with_a_naive_model() => SimulationRounds.Run(rounds: 40, seed =>
    {
        var random = new Random(seed);
        var length = TimeSpan.FromMilliseconds(random.Next(1, 20_000));
        var step = Math.Max(1, Ms(length) / 4096);
        var window = new IdentityWindow(length, SmallestBytes << random.Next(2));
        var model = new NaiveWindow();
        var now = Start;
        for (var operation = 0; operation < 4000; operation++)
        {
            now += random.Next(10) == 0 ? random.Next(1 + (int)Ms(length) / random.Next(1, 50)) : random.Next(3);
            if (random.Next(30) == 0)
            {
                var count = random.Next(40);
                window.Withdraw(count);
                model.Withdraw(count);
                continue;
            }

            var value = random.Next(random.Next(2) == 0 ? 500 : 5000);
            var reach = Ms(window.Reach(now));
            var age = now - model.ReceivedMs(value);
            var added = window.TryAdd(Hash(value), now);
            Assert.False(added && age < Math.Min(reach, Ms(length)), $"operation {operation}: forgotten after {age} ms, reach {reach} ms of {length}");
            Assert.False(!added && age > Ms(length) + step, $"operation {operation}: remembered after {age} ms of {length}");
            if (added)
            {
                model.Add(value, now);
            }

            model.Expire(now - Ms(length) - step);
            Assert.InRange(window.Count, 0, Math.Min(model.Count, window.Capacity));
        }
    });

    private static TimeSpan Run(IdentityWindow window, int first, int count)
    {
        var watch = Stopwatch.StartNew();
        for (var value = first; value < first + count; value++)
        {
            window.TryAdd(Hash(value), Start);
        }

        return watch.Elapsed;
    }

    private static long Ms(TimeSpan time) => (long)time.TotalMilliseconds;

    private static UInt128 Hash(int value) => SipHash128.Of(new SipKey(1, 2), System.Runtime.InteropServices.MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in value)));

    private sealed class NaiveWindow
    {
        private readonly List<(int Value, long ReceivedMs)> _added = [];
        private readonly Dictionary<int, long> _received = [];

        public int Count => _added.Count;

        public long ReceivedMs(int value) => _received.GetValueOrDefault(value, long.MinValue / 2);

        public void Add(int value, long receivedMs)
        {
            _added.Add((value, receivedMs));
            _received[value] = receivedMs;
        }

        public void Expire(long beforeMs) => _added.RemoveAll(entry => entry.ReceivedMs < beforeMs);

        public void Withdraw(int count)
        {
            foreach (var (value, _) in _added.TakeLast(count))
            {
                _received.Remove(value);
            }

            _added.RemoveRange(Math.Max(0, _added.Count - count), Math.Min(count, _added.Count));
        }
    }
}
