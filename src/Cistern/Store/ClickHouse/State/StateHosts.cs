using Cistern.Store.ClickHouse.Http;

namespace Cistern.Store.ClickHouse.State;

/// <summary>The servers of a ClickHouse, any of which can be asked: the next one if one does not answer.</summary>
internal sealed class StateHosts : IDisposable
{
    /// <summary>What is said ON CLUSTER waits for all servers.</summary>
    public static readonly TimeSpan SchemaLimit = TimeSpan.FromMinutes(1);

    private const int AttemptsMin = 3;

    // Somebody waits for the answer: a browser that signs in, a delivery whose key is not known here.
    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WholeLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly HttpMessageInvoker _http;
    private readonly ClickHouseClient[] _clients;
    private readonly TimeProvider _time;
    private int _at;

    public StateHosts(ClickHouseAddress address, TimeProvider time, HttpMessageHandler? handler = null)
    {
        _http = new HttpMessageInvoker(handler ?? ClickHouseClient.CreateHandler(ConnectLimit));
        _clients = [.. address.Hosts.Select(host => new ClickHouseClient(_http, host, address))];
        _time = time;
    }

    /// <summary>As long as one may wait for the whole of something.</summary>
    public Waiting Patience() => new(_time, _time.GetTimestamp());

    /// <summary>Runs a statement that may run twice, on the first server that answers.</summary>
    /// <exception cref="ClickHouseException">None does, or it refuses for a reason that no other server changes.</exception>
    public async Task<T> RunAsync<T>(Func<ClickHouseClient, CancellationToken, Task<T>> run, CancellationToken cancel, TimeSpan? limit = null)
    {
        var patience = Patience();
        for (var attempt = 1; ; attempt++)
        {
            var client = _clients[Volatile.Read(ref _at) % _clients.Length];
            var (result, failure) = await TryAsync(client, run, limit ?? AttemptLimit, cancel);
            if (failure is null)
            {
                return result!;
            }

            if (patience.IsOver || !(IsBusy(failure) || (IsOfHost(failure) && attempt < Math.Max(AttemptsMin, _clients.Length))))
            {
                throw failure;
            }

            Interlocked.Increment(ref _at);
            if (IsBusy(failure) || attempt >= _clients.Length)
            {
                await Task.Delay(Pause, cancel);
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private static async Task<(T? Result, ClickHouseException? Failure)> TryAsync<T>(ClickHouseClient client, Func<ClickHouseClient, CancellationToken, Task<T>> run, TimeSpan limit, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        either.CancelAfter(limit);
        try
        {
            return (await run(client, either.Token), null);
        }
        catch (ClickHouseException error)
        {
            return (default, error);
        }
        catch (Exception error) when (error is IOException or HttpRequestException or StoreQueryException)
        {
            return (default, new ClickHouseException(0, $"the answer of {client.Host.Authority} was cut: {error.Message}", error));
        }
        catch (OperationCanceledException error) when (!cancel.IsCancellationRequested)
        {
            return (default, new ClickHouseException(0, $"{client.Host.Authority} did not answer within {limit.TotalSeconds:0} s", error));
        }
    }

    // Another write waits for its replicas, or this replica waits for one: a moment later it is over.
    private static bool IsBusy(ClickHouseException error) => error.Code is ClickHouseErrors.UnsatisfiedQuorum or ClickHouseErrors.ReplicaIsNotInQuorum;

    // A server may be down, cut off from Keeper, or be so new that it has no tables yet.
    private static bool IsOfHost(ClickHouseException error) =>
        error.IsLost || error.Code is ClickHouseErrors.UnknownTable or ClickHouseErrors.TableIsReadOnly or ClickHouseErrors.TooFewLiveReplicas or ClickHouseErrors.UnknownStatusOfInsert or ClickHouseErrors.Keeper;

    /// <summary>How long something has been waited for.</summary>
    internal readonly struct Waiting(TimeProvider time, long since)
    {
        public bool IsOver => time.GetElapsedTime(since) >= WholeLimit;
    }
}
