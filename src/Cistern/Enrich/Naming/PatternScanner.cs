namespace Cistern.Enrich.Naming;

/// <summary>Finds all of many patterns in one pass over a text.</summary>
/// <remarks>
/// Aho and Corasick, "Efficient string matching: an aid to bibliographic search", 1975, with its failure links resolved beforehand: one table look-up for each byte, whatever
/// the number of patterns. Bytes that no pattern has share a column of the table. What ends at a state, also by way of its failure links, stands in one run.
/// A state is the place of its row in the table; below zero, as its complement, if a pattern ends there, so that most steps look at nothing else.
/// </remarks>
internal sealed class PatternScanner
{
    private readonly byte[] _columns = new byte[256];
    private readonly int[] _next;
    private readonly int[] _found;
    private readonly int[] _foundAt;
    private readonly int _width;

    /// <param name="patterns">Not empty each; a pattern may be there twice.</param>
    public PatternScanner(IReadOnlyList<byte[]> patterns)
    {
        _width = NumberColumns(patterns);
        var trie = new Trie(_width);
        for (var pattern = 0; pattern < patterns.Count; pattern++)
        {
            trie.Add(patterns[pattern], pattern, _columns);
        }

        var next = trie.Link(out var found);
        _next = [.. next.Select(state => found[state].Count == 0 ? state * _width : ~(state * _width))];
        _foundAt = new int[found.Count + 1];
        for (var state = 0; state < found.Count; state++)
        {
            _foundAt[state + 1] = _foundAt[state] + found[state].Count;
        }

        _found = [.. found.SelectMany(one => one)];
    }

    /// <summary>The state behind one more byte; the first state is 0.</summary>
    public int Step(int state, byte value) => _next[(state < 0 ? ~state : state) + _columns[value]];

    /// <summary>The patterns that end at a state; none if it is not below zero.</summary>
    public ReadOnlySpan<int> FoundAt(int state)
    {
        if (state >= 0)
        {
            return default;
        }

        var number = ~state / _width;
        return _found.AsSpan(_foundAt[number].._foundAt[number + 1]);
    }

    private int NumberColumns(IReadOnlyList<byte[]> patterns)
    {
        var count = 1;
        foreach (var value in patterns.SelectMany(pattern => pattern))
        {
            if (_columns[value] == 0)
            {
                _columns[value] = (byte)count++;
            }
        }

        return count;
    }

    private sealed class Trie(int width)
    {
        private readonly List<int> _next = [.. Enumerable.Repeat(-1, width)];
        private readonly List<List<int>> _found = [[]];

        public void Add(byte[] pattern, int number, byte[] columns)
        {
            var state = 0;
            foreach (var value in pattern)
            {
                var place = (state * width) + columns[value];
                if (_next[place] < 0)
                {
                    _next[place] = _found.Count;
                    _next.AddRange(Enumerable.Repeat(-1, width));
                    _found.Add([]);
                }

                state = _next[place];
            }

            _found[state].Add(number);
        }

        /// <summary>Resolves the failure links, level by level: a state's link is always done before the state.</summary>
        public int[] Link(out List<List<int>> found)
        {
            var fail = new int[_found.Count];
            var waiting = new Queue<int>();
            waiting.Enqueue(0);
            while (waiting.TryDequeue(out var state))
            {
                _found[state].AddRange(state == 0 ? [] : _found[fail[state]]);
                for (var column = 0; column < width; column++)
                {
                    LinkColumn(state, column, fail, waiting);
                }
            }

            found = _found;
            return [.. _next];
        }

        private void LinkColumn(int state, int column, int[] fail, Queue<int> waiting)
        {
            var place = (state * width) + column;
            var other = state == 0 ? 0 : _next[(fail[state] * width) + column];
            if (_next[place] < 0)
            {
                _next[place] = other;
                return;
            }

            fail[_next[place]] = other;
            waiting.Enqueue(_next[place]);
        }
    }
}
