using Cistern.Delivery.Http;

namespace Cistern.Tests.Faults;

/// <summary>One delivery stream: makes deliveries and sends each again with the same id until it is answered 200, as Firehose does, only with shorter pauses.</summary>
internal sealed class DeliveringClient : IDisposable
{
    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(200);

    private readonly DeliveryMaker _maker;
    private readonly FirehoseSender _sender;
    private readonly HttpMessageInvoker _http;
    private readonly Random _random;
    private readonly List<SentDelivery> _sent = [];

    public DeliveringClient(Uri server, string key, string name, int seed, int linesMax = 120, int largeEvery = 0, DeliveryLines? lines = null)
    {
        _random = new Random(seed);
        lines ??= DeliveryLines.Requests;
        _maker = new DeliveryMaker(lines, name, seed, linesMax, largeEvery);
        var address = new Uri(server, lines.Route);
        var destination = new HttpDestination
        {
            Url = address,
            SourceArn = DeliveryMaker.Stream,
            AccessKey = key,
            CommonAttributes = DeliveryMaker.Attributes,
            AnswerTimeout = TimeSpan.FromSeconds(20),
        };
        _http = new HttpMessageInvoker(FirehoseSender.CreateHandler(address));
        _sender = new FirehoseSender(_http, destination, TimeProvider.System, _random);
    }

    /// <summary>Everything that was sent, answered or not. To be read when <see cref="RunAsync"/> has ended.</summary>
    public IReadOnlyList<SentDelivery> Sent => _sent;

    /// <summary>Attempts that had no answer, or 503.</summary>
    public int Failures { get; private set; }

    /// <summary>Delivers until it is told to stop; then finishes the delivery that it has begun.</summary>
    /// <param name="giveUp">Ends even that.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken giveUp)
    {
        while (!stop.IsCancellationRequested && await DeliverAsync(giveUp))
        {
        }
    }

    /// <summary>Makes one delivery and sends it until it is answered 200; some once more on purpose.</summary>
    /// <returns>False if it was given up.</returns>
    public async Task<bool> DeliverAsync(CancellationToken giveUp)
    {
        var delivery = _maker.Make();
        _sent.Add(delivery);
        if (_random.Next(6) == 0)
        {
            // Two at once under one id: one of them is the repeat, and nobody can say which.
            return (await Task.WhenAll(SendAsync(delivery, giveUp), SendAsync(delivery, giveUp))).All(done => done);
        }

        var answered = await SendAsync(delivery, giveUp);
        if (answered && _random.Next(4) == 0)
        {
            _maker.Repeat(delivery);
            return _random.Next(2) == 0 || await SendAsync(delivery, giveUp);
        }

        return answered;
    }

    public void Dispose() => _http.Dispose();

    private async Task<bool> SendAsync(SentDelivery delivery, CancellationToken giveUp)
    {
        for (var pause = TimeSpan.FromMilliseconds(10); ; pause = pause * 2 < PauseMax ? pause * 2 : PauseMax)
        {
            try
            {
                var attempt = await _sender.AttemptAsync(delivery.Wire, giveUp);
                if (attempt.Error is null)
                {
                    delivery.MarkAnswered();
                    return true;
                }

                CheckExcusable(delivery, attempt);
                Failures++;
                await Task.Delay(pause, giveUp);
            }
            catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
            {
                return false;
            }
        }
    }

    // A server that dies or is full may leave us without an answer or say 503; whatever else it says is wrong.
    private static void CheckExcusable(SentDelivery delivery, DeliveryAttempt attempt)
    {
        var excusable = attempt.Status == 503
            || attempt.Error is DeliveryError.ConnectionFailed or DeliveryError.ConnectionReset or DeliveryError.IllegalMessageStart or DeliveryError.RequestTimeout;
        Assert.True(excusable, $"delivery {delivery.Id} was answered in a way that no crash excuses: {attempt}");
    }
}
