using System.Globalization;
using Cistern.Delivery;
using Cistern.Journal;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Delivery.Simulation;

/// <summary>The whole service on a clock, disk, endpoint, bucket and function that are simulated, for some virtual hours of random trouble.</summary>
public sealed class ServiceSimulation
{
    [Fact]
    public void Every_record_that_was_answered_is_delivered_or_backed_up() => SimulationRounds.Run(rounds: 8, seed =>
    {
        using var folder = new ScratchFolder();
        new Round(folder, seed).Run();
    });

    private sealed class Round(string folder, int seed)
    {
        private const int Steps = 250;

        private readonly Random _random = new(seed);
        private readonly SimulatedService _service = new(folder, seed);
        private readonly Dictionary<string, HashSet<string>> _answered = [];
        private int _records;

        public void Run()
        {
            foreach (var plan in Plans())
            {
                _service.Add(plan);
                _answered.Add(plan.Name, []);
            }

            Start();
            for (var step = 0; step < Steps; step++)
            {
                Step();
            }

            Heal();
            Check();
            _service.Dispose();
        }

        private static IEnumerable<StreamPlan> Plans()
        {
            yield return SimulatedService.Plan("plain");
            yield return SimulatedService.Plan("function", plan => plan with
            {
                Transform = new TransformPlan { LambdaArn = "arn:aws:lambda:eu-central-1:111122223333:function:f", Buffering = new BufferHints(1_000, TimeSpan.FromSeconds(20)) },
            });
            yield return SimulatedService.Plan("all", plan => plan with { SourceBackup = plan.S3 with { Prefix = "source/" } });
            yield return SimulatedService.Plan("bucket", plan => plan with { Http = null });
            yield return SimulatedService.Plan("redshift", plan => plan with { Http = null, UnsupportedDestination = "Redshift" });
        }

        private void Step()
        {
            switch (_random.Next(100))
            {
                case < 45:
                    Put();
                    break;
                case < 75:
                    _service.Advance(TimeSpan.FromSeconds(_random.Next(1, 400)));
                    break;
                case < 83:
                    _service.Endpoint.Mood = (EndpointMood)_random.Next(Enum.GetValues<EndpointMood>().Length);
                    break;
                case < 86:
                    _service.Bucket.FailureRate = _random.Next(3) / 2.0;
                    break;
                case < 89:
                    _service.Function.FailureRate = _random.Next(3) / 2.0;
                    break;
                case < 92:
                    Change();
                    break;
                case < 95:
                    _service.Disk.Faults.FailureRate = _random.Next(2) * 0.2;
                    break;
                case < 97:
                    FillDisk();
                    break;
                default:
                    Restart();
                    break;
            }
        }

        private void Put()
        {
            var names = _answered.Keys.ToList();
            var name = names[_random.Next(names.Count)];
            List<string> records = [.. Enumerable.Range(0, _random.Next(1, 40)).Select(_ => $"{name}-{(++_records).ToString(CultureInfo.InvariantCulture)}{new string('x', _random.Next(80))}-{_records % 10}")];
            _answered[name].UnionWith(_service.Put(name, records));
        }

        // Sometimes nothing fits at all. Not for long, because the simulated disk counts all its files at each write, and a full one is tried each second.
        private void FillDisk()
        {
            _service.Disk.Faults.SpaceBytes = _random.Next(200_000);
            Put();
            _service.Advance(TimeSpan.FromSeconds(_random.Next(1, 30)));
            Put();
            _service.Disk.Faults.SpaceBytes = null;
        }

        // The window of retries stays, because it is what the check knows.
        private void Change()
        {
            var plan = _service.Plans.ElementAt(_random.Next(_service.Plans.Count));
            if (plan.Http is { } http)
            {
                _service.Update(plan with { Version = plan.Version + 1, Http = http with { Url = new Uri($"https://endpoint{plan.Version}.example.com/"), Gzip = _random.Next(2) == 0 } });
            }
        }

        private void Restart()
        {
            switch (_random.Next(3))
            {
                case 0:
                    _service.Kill(power: true);
                    break;
                case 1:
                    _service.Kill(power: false);
                    break;
                default:
                    _service.End();
                    break;
            }

            Start();
        }

        // A disk that refuses ends a start; the next one succeeds when the disk does.
        private void Start()
        {
            while (true)
            {
                try
                {
                    _service.Begin();
                    return;
                }
                catch (DiskException)
                {
                    _service.Kill(power: false);
                    _service.Disk.Faults.Heal();
                }
            }
        }

        private void Heal()
        {
            _service.Disk.Faults.Heal();
            _service.Endpoint.Mood = EndpointMood.Well;
            _service.Bucket.FailureRate = 0;
            _service.Function.FailureRate = 0;
            for (var minutes = 0; minutes < 120 && !_service.IsIdle; minutes += 10)
            {
                _service.Advance(TimeSpan.FromMinutes(10));
            }

            Assert.True(_service.IsIdle, "two hours after the last trouble there are still records on their way");
        }

        private void Check()
        {
            var delivered = _service.Endpoint.Stored.Keys.ToHashSet();
            var backedUp = _service.Bucket.Records("http-endpoint-failed", areErrors: true).ToHashSet();
            CheckWhole("plain", record => delivered.Contains(record) || backedUp.Contains(record));
            CheckWhole("all", record => delivered.Contains(record) || backedUp.Contains(record));
            var source = _service.Bucket.Records("source/", areErrors: false).ToHashSet();
            CheckWhole("all", source.Contains);
            CheckWhole("bucket", _service.Bucket.Records("bucket/", areErrors: false).ToHashSet().Contains);
            CheckWhole("redshift", _service.Bucket.Records("redshift/destination-", areErrors: true).ToHashSet().Contains);

            var unprocessed = _service.Bucket.Records("processing-failed", areErrors: true).ToHashSet();
            CheckWhole("function", record =>
                delivered.Contains(record + SimulatedFunction.Mark) || backedUp.Contains(record + SimulatedFunction.Mark) || unprocessed.Contains(record) || _service.Function.Dropped.Contains(record));
            Assert.All(_service.Plans, plan => Assert.Equal(0, _service.StatusOf(plan.Name).LostRecords));
        }

        private void CheckWhole(string name, Func<string, bool> isThere)
        {
            var missing = _answered[name].Where(record => !isThere(record)).ToList();
            Assert.True(missing.Count == 0, $"{missing.Count} of {_answered[name].Count} answered records of stream {name} are nowhere, such as {missing.FirstOrDefault()}");
        }
    }
}
