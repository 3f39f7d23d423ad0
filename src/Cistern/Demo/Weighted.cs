namespace Cistern.Demo;

/// <summary>Picks among items, each as often as its weight says.</summary>
internal sealed class Weighted<T>
{
    private readonly T[] _items;
    private readonly double[] _sums;

    public Weighted(IEnumerable<(T Item, double Weight)> items)
    {
        var pairs = items.ToArray();
        _items = [.. pairs.Select(pair => pair.Item)];
        _sums = new double[pairs.Length];
        var sum = 0.0;
        for (var index = 0; index < pairs.Length; index++)
        {
            _sums[index] = sum += pairs[index].Weight;
        }
    }

    public IReadOnlyList<T> Items => _items;

    public T Pick(Random random)
    {
        var place = Array.BinarySearch(_sums, random.NextDouble() * _sums[^1]);
        return _items[Math.Min(place < 0 ? ~place : place, _items.Length - 1)];
    }
}
