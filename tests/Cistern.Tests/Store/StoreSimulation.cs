using Cistern.Enrich.Rules;
using Cistern.Journal;
using Cistern.Store;
using Cistern.Store.Embedded;
using Cistern.Tests.Enrich;
using Cistern.Tests.Faults;
using Cistern.Tests.Ingest;
using Cistern.Tests.Journal;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cistern.Tests.Store;

/// <summary>
/// A store on a disk that fails and forgets, driven by a seed: clients deliver, retry and repeat; seals, joins, crashes and kills come at
/// any moment. After each start: what was answered 200 is there once and whole, nothing is there in part.
/// </summary>
public sealed class StoreSimulation
{
    private const int Steps = 60;

    [Fact]
    public void Deliveries_are_stored_whole_and_once_whatever_the_disk_does() => SimulationRounds.Run(12, seed =>
    {
        using var folder = new ScratchFolder();
        using var run = new Run(folder, new Random(seed));
        run.Play();
    });

    private sealed class Run : IDisposable
    {
        private readonly Random _random;
        private readonly SimulatedDisk _disk;
        private readonly DataFolder _folder;
        private readonly TestDeliveries _deliveries;
        private readonly DateTimeOffset _time = DateTimeOffset.UtcNow;
        private readonly Dictionary<string, string[]> _sent = [];
        private readonly HashSet<string> _acknowledged = [];
        private readonly EmbeddedSettings _settings = new() { SpaceFloorBytes = 1, CompactFiles = 2, JournalFileBytes = 8 << 10, LargeBytes = 1 << 10, SealMemoryBytes = 64 << 20 };
        private readonly RulesFolder _ruleFiles = new();
        private readonly ManualTime _clock = new();
        private readonly RuleStore _rules;
        private EmbeddedStore? _store;
        private int _rows;
        private int _versions;

        public Run(string folder, Random random)
        {
            _random = random;
            _disk = new SimulatedDisk(folder, random);
            _folder = new DataFolder(folder);
            _disk.SyncDirectory(folder);
            _rules = _ruleFiles.Open();
            ChangeRules();
            _deliveries = new TestDeliveries(_rules);
        }

        public void Play()
        {
            Start();
            for (var step = 0; step < Steps; step++)
            {
                _disk.Faults.FailureRate = _random.Next(3) == 0 ? 0.1 : 0;
                Step();
            }

            Restart(power: true);
            Check();
            CheckAllCanBeReclassified();
        }

        public void Dispose()
        {
            _store?.Abandon();
            _ruleFiles.Dispose();
        }

        private void Step()
        {
            switch (_random.Next(15))
            {
                case 14: ChangeRules(); break;
                case > 11: Reclassify(); break;
                case < 6: Deliver(); break;
                case < 8: Try(() => _store!.Maintenance.Seal()); break;
                case < 9: Try(() => _store!.Maintenance.Compact()); break;
                case < 10: Restart(power: false); break;
                case < 11: Restart(power: true); break;
                default: CrashInside(); break;
            }
        }

        // Up to four deliveries wait together and share a sync: new ones, and ones that were sent before, answered or not.
        private void Deliver()
        {
            string[] ids = [.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => NextId())];
            Task<CommitResult>[] commits = [.. ids.Select(id => OpenStore.CommitAsync(_store!, _deliveries.Commit(id, _time, RepeatScope.Delivery, _sent[id])))];
            while (_store!.CommitStep())
            {
            }

            for (var place = 0; place < ids.Length; place++)
            {
                if (commits[place].GetAwaiter().GetResult().Status is CommitStatus.Stored or CommitStatus.Repeated)
                {
                    _acknowledged.Add(ids[place]);
                }
            }
        }

        private string NextId()
        {
            if (_sent.Count > 0 && _random.Next(3) == 0)
            {
                return _sent.Keys.ElementAt(_random.Next(_sent.Count));
            }

            var id = $"d{_sent.Count}";
            _sent[id] = [.. Enumerable.Range(0, _random.Next(1, 6)).Select(_ => TestDeliveries.Line(_time, $"r{_rows++}"))];
            return id;
        }

        // The power goes in the middle of one of the next operations.
        private void CrashInside()
        {
            _disk.Faults.CrashAt = _disk.Faults.Operations + _random.Next(1, 12);
            Try(() => _store!.Maintenance.Seal());
            Reclassify();
            Deliver();
            Restart(power: true);
        }

        private void ChangeRules()
        {
            _ruleFiles.Write("agents.tsv", "# version: 2026-12-01", $"X11\ttoken\tAgent{++_versions}\tExample Inc\ttraining");
            Assert.True(_rules.ReloadIfChanged());
        }

        // Between two of its chunks anything may happen that the loop does there, and the rules may change.
        private void Reclassify()
        {
            _clock.Advance(TimeSpan.FromMinutes(2)); // What failed is tried again.
            Try(() => _store!.Reclassify());
            Try(() => _store!.Maintenance.Reclassify(() =>
            {
                switch (_random.Next(8))
                {
                    case 0: _store!.Maintenance.Seal(); break;
                    case 1: Deliver(); break;
                    case 2: ChangeRules(); break;
                    case 3: return false;
                }

                return true;
            }));
        }

        private void CheckAllCanBeReclassified()
        {
            _store!.Reclassify();
            for (var step = 0; _store.GetRules().Running; step++)
            {
                Assert.True(step < 1000, "it goes on for ever");
                Assert.Null(_store.GetRules().Failed);
                _store.Maintenance.Reclassify(() => true);
            }

            Check();
            Assert.All(Read("SELECT agent, count(*), 0::BIGINT FROM requests GROUP BY ALL").Keys, agent => Assert.Equal($"Agent{_versions}", agent));
            Assert.Empty(StoredData.Orphans(_folder.Root));
        }

        private void Restart(bool power)
        {
            _store!.Abandon();
            _store = null;
            if (power)
            {
                _disk.Crash();
            }
            else
            {
                _disk.Kill();
            }

            _disk.Faults.Heal();
            _disk.Faults.FailureRate = _random.Next(4) == 0 ? 0.05 : 0;
            Start();
            Check();
        }

        private void Start()
        {
            while (_store is null)
            {
                Try(() => _store = EmbeddedStore.Open(new EmbeddedOpening(_folder, _settings, _disk, _clock, _random, NullLogger.Instance, "simulation", Stepped: true) { Rules = _rules }));
                if (_store is null)
                {
                    _disk.Faults.Heal();
                }
            }

            _disk.Faults.Heal();
        }

        private void Check()
        {
            var stored = Read("SELECT delivery_id, count(*), count(DISTINCT request_id) FROM requests GROUP BY ALL");
            var deliveries = Read("SELECT delivery_id, count(*), sum(rows)::BIGINT FROM deliveries GROUP BY ALL");
            foreach (var id in _acknowledged)
            {
                Assert.True(stored.ContainsKey(id), $"{id} was answered 200 and is gone");
            }

            foreach (var (id, (count, different)) in stored)
            {
                Assert.True(count == _sent[id].Length && different == count, $"{id} has {count} rows, {different} different, of {_sent[id].Length}");
            }

            Assert.Equal(stored.Keys.Order(StringComparer.Ordinal), deliveries.Keys.Order(StringComparer.Ordinal));
            Assert.All(deliveries, delivery => Assert.Equal((1, _sent[delivery.Key].Length), delivery.Value));
        }

        private Dictionary<string, (long Count, long Different)> Read(string sql)
        {
            using var result = _store!.QueryAsync(OpenStore.Query(sql), default).GetAwaiter().GetResult();
            Dictionary<string, (long, long)> rows = [];
            while (result.Read())
            {
                rows.Add((string)result[0]!, ((long)result[1]!, (long)result[2]!));
            }

            return rows;
        }

        private static void Try(Action action)
        {
            try
            {
                action();
            }
            catch (IOException)
            {
                // The simulated disk failed; what that may have left behind is what the checks look at.
            }
        }
    }
}
