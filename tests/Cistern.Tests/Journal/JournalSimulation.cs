using Cistern.Journal;

namespace Cistern.Tests.Journal;

/// <summary>
/// A journal and a model beside it, on a disk that fails, fills up and loses its power. After every start exactly the entries that were
/// synced are there, in order, perhaps followed by the first entries of one group whose sync never returned.
/// </summary>
public sealed class JournalSimulation
{
    private const int Steps = 80;

    [Fact]
    public void Synced_entries_survive_whatever_the_disk_does() => SimulationRounds.Run(rounds: 60, seed =>
    {
        using var folder = new ScratchFolder();
        new Round(folder, new Random(seed)).Run();
    });

    private sealed class Round(string folder, Random random)
    {
        private readonly SimulatedDisk _disk = new(folder, new Random(random.Next()));
        private readonly string _folder = Path.Combine(folder, "journal");
        private readonly JournalSettings _settings = new() { MaxFileBytes = random.Next(200, 20_000) };

        // What was promised, by sequence; and the groups whose sync failed since the last one that did not.
        private readonly SortedDictionary<long, string> _synced = [];
        private readonly List<List<string>> _attempts = [];
        private readonly List<string> _group = [];
        private long _released;
        private int _written;
        private JournalLog? _journal;

        public void Run()
        {
            Start();
            for (var step = 0; step < Steps; step++)
            {
                try
                {
                    Step();
                }
                catch (JournalUnavailableException)
                {
                    Assert.Equal(NextSynced, _journal!.NextSequence);
                }
                catch (DiskException)
                {
                    // A release failed; it is made up for later.
                }

                PerhapsRestart();
            }

            _disk.Faults.Heal();
            Stop();
            _disk.Crash();
            Start();
            _journal!.Dispose();
        }

        private long NextSynced => _synced.Count == 0 ? 1 : _synced.Keys.Last() + 1;

        private void Step()
        {
            switch (random.Next(20))
            {
                case < 9:
                    Append();
                    break;
                case < 15:
                    Sync();
                    break;
                case 15:
                    _group.Clear();
                    _journal!.Withdraw();
                    break;
                case 16:
                    Release();
                    break;
                case 17:
                    Check(_journal!.ReadAll(), mayHoldMore: false);
                    break;
                default:
                    ChangeFaults();
                    break;
            }
        }

        private void Append()
        {
            var bytes = random.Next(12) switch
            {
                0 => random.Next(80_000),
                1 => 0,
                _ => random.Next(300),
            };
            var body = new string((char)('a' + (_written % 26)), bytes);
            var header = $"entry-{++_written}";
            var sequence = AppendOrForget(header, body);
            Assert.Equal(NextSynced + _group.Count, sequence);
            _group.Add($"{sequence} {header} {body}");
        }

        private long AppendOrForget(string header, string body)
        {
            try
            {
                return _journal!.Append(header, body);
            }
            catch (JournalUnavailableException)
            {
                Assert.Empty(_group);
                throw;
            }
        }

        private void Sync()
        {
            var group = _group.ToList();
            _group.Clear();
            _attempts.Add(group);
            _journal!.Sync();
            foreach (var entry in group)
            {
                _synced.Add(NextSynced, entry);
            }

            if (group.Count > 0)
            {
                _attempts.Clear();
            }
        }

        private void Release()
        {
            _released = Math.Max(_released, random.NextInt64(NextSynced));
            _journal!.Release(_released);
        }

        private void ChangeFaults()
        {
            _disk.Faults.Heal();
            switch (random.Next(6))
            {
                case 0:
                    _disk.Faults.FailureRate = random.NextDouble() * 0.5;
                    break;
                case 1:
                    _disk.Faults.SpaceBytes = _journal!.Bytes + random.Next(2000);
                    break;
                case 2:
                    _disk.Faults.CrashAt = _disk.Faults.Operations + random.Next(1, 15);
                    break;
                case 3:
                    _disk.Faults.FailFrom = _disk.Faults.Operations + random.Next(1, 8);
                    break;
            }
        }

        private void PerhapsRestart()
        {
            var powerless = _disk.Faults.CrashAt <= _disk.Faults.Operations;
            if (!powerless && random.Next(12) > 0)
            {
                return;
            }

            Stop();
            if (powerless || random.Next(2) == 0)
            {
                _disk.Crash();
            }
            else
            {
                _disk.Kill();
            }

            Start();
        }

        private void Stop()
        {
            _journal!.Dispose();
            _group.Clear();
        }

        // The start itself may fail or lose its power; it is tried again, in the end on a disk that is well.
        private void Start()
        {
            while (true)
            {
                try
                {
                    var headers = new List<string>();
                    _journal = JournalEntries.Open(_disk, _folder, _settings, headers);
                    var read = _journal.ReadAll();
                    Assert.Equal(headers, read.Select(entry => entry[..entry.LastIndexOf(' ')]));
                    Check(read, mayHoldMore: true);
                    Assert.Equal(NextSynced, _journal.NextSequence);
                    return;
                }
                catch (DiskException)
                {
                    _disk.Faults.Heal();
                    if (random.Next(2) == 0)
                    {
                        _disk.Crash();
                    }
                }
            }
        }

        private void Check(List<string> read, bool mayHoldMore)
        {
            var first = read.Count == 0 ? NextSynced : long.Parse(read[0].AsSpan(0, read[0].IndexOf(' ')));
            Assert.InRange(first, 1, _released + 1);
            var expected = _synced.Where(entry => entry.Key >= first).Select(entry => entry.Value).ToList();
            Assert.Equal(expected, read.Take(expected.Count));
            var more = read.Skip(expected.Count).ToList();
            Assert.True(
                more.Count == 0 || (mayHoldMore && _attempts.Any(group => group.Take(more.Count).SequenceEqual(more))),
                $"entries that are no beginning of a group: {string.Join(", ", more)}");

            // What a start has shown stays.
            foreach (var entry in more)
            {
                _synced.Add(NextSynced, entry);
            }

            if (mayHoldMore)
            {
                _attempts.Clear();
            }
        }
    }
}
