using Cistern.Demo.Origin;

namespace Cistern.Demo.Metrics;

/// <summary>AWS/Lambda: the invocations that the functions log; and AWS/SQS: the queue before one of them.</summary>
internal sealed class FunctionMetrics(int seed, double scale, OriginTrouble trouble) : IMetricSource
{
    private static readonly LambdaFunction[] _functions = [LambdaFunction.Orders, LambdaFunction.Pictures];

    public void Add(MetricPeriod period, MetricPoints points)
    {
        foreach (var function in _functions)
        {
            var runs = period.Starts().SelectMany(minute => function.In(seed, scale, trouble, minute)).ToList();
            AddFunction(period, function, runs, points, ("FunctionName", function.Name));
            AddFunction(period, function, runs, points, ("FunctionName", function.Name), ("Resource", function.Name));
            if (function == LambdaFunction.Orders)
            {
                AddQueue(period, runs, points);
            }
        }
    }

    private static void AddFunction(MetricPeriod period, LambdaFunction function, List<Invocation> runs, MetricPoints points, params (string, string)[] dimensions)
    {
        void Put(string name, string unit, Statistics? value) => points.Add(period, function.Account, "AWS/Lambda", name, unit, value, dimensions);

        Put("Invocations", "Count", Statistics.Of(runs.Select(_ => 1.0)));
        Put("Errors", "Count", Statistics.Of(runs.Select(run => run.Outcome == InvocationOutcome.Done ? 0.0 : 1)));
        Put("Duration", "Milliseconds", Statistics.Of(runs.Select(run => run.Milliseconds), 0.5, 0.9, 0.99));
        Put("Throttles", "Count", Statistics.Of(runs.Select(_ => 0.0)));
        Put("ConcurrentExecutions", "Count", Statistics.Of(Concurrent(runs)));
    }

    // How many run at the start of each.
    private static List<double> Concurrent(List<Invocation> runs)
    {
        var ends = new PriorityQueue<long, long>();
        var found = new List<double>(runs.Count);
        foreach (var run in runs)
        {
            while (ends.TryPeek(out var end, out _) && end <= run.Time)
            {
                ends.Dequeue();
            }

            ends.Enqueue(run.End, run.End);
            found.Add(ends.Count);
        }

        return found;
    }

    private void AddQueue(MetricPeriod period, List<Invocation> runs, MetricPoints points)
    {
        void Put(string name, string unit, Statistics? value) => points.Add(period, LambdaFunction.Orders.Account, "AWS/SQS", name, unit, value, ("QueueName", LambdaFunction.Orders.Name));
        IEnumerable<double> Samples(string name, double calm, double inTrouble) =>
            period.Starts().Select(minute => Math.Floor(Chance.Of(seed, name, minute).Tail(trouble.Touches(minute) ? inTrouble : calm)));

        Put("NumberOfMessagesSent", "Count", Statistics.Of(runs.Select(_ => 1.0)));
        Put("ApproximateNumberOfMessagesVisible", "Count", Statistics.Of(Samples("visible", 1.2, 60)));
        Put("ApproximateAgeOfOldestMessage", "Seconds", Statistics.Of(Samples("age", 2, 140)));
    }
}
