namespace Cistern.Tests.Ingest;

/// <summary>A stop finishes what is in flight, takes nothing new, and never says 200 for what is not stored.</summary>
public sealed class ShutdownTests
{
    private const string Id = "99999999-1111-4222-8333-444444444444";

    private static readonly byte[] Body = TestDeliveries.Body(Id, "x");

    [Fact]
    public async Task A_delivery_that_is_being_stored_is_finished_and_answered()
    {
        await using var server = await TestServer.StartAsync();
        server.Store.Hold = new TaskCompletionSource();
        var posting = server.PostAsync(Id, Body);
        await server.Store.CommitBegan.Task.WaitAsync(TimeSpan.FromSeconds(10));

        var stopping = server.StopAsync();
        Assert.False(server.Store.Disposed);
        server.Store.Hold.SetResult();

        Protocol.AssertAnswer(await posting, 200, Id);
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(server.Store.Disposed);
        Assert.Single(server.Store.Commits);
    }

    [Fact]
    public async Task A_delivery_that_comes_while_it_stops_is_answered_503()
    {
        await using var server = await TestServer.StartAsync();
        server.Store.Hold = new TaskCompletionSource();
        var posting = server.PostAsync(Id, Body);
        await server.Store.CommitBegan.Task.WaitAsync(TimeSpan.FromSeconds(10));
        var stopping = server.StopAsync();

        var late = await server.PostAsync("late", TestDeliveries.Body("late", "x"));
        var ready = await server.GetAsync("/readyz");

        Assert.Contains("stopping", Protocol.AssertAnswer(late, 503, "late"), StringComparison.Ordinal);
        Assert.NotNull(late.Header("Retry-After"));
        Assert.Equal(503, ready.Status);
        server.Store.Hold.SetResult();
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(200, (await posting).Status);
        Assert.Equal(Id, server.Store.Only.Delivery.DeliveryId);
    }

    [Fact]
    public async Task A_delivery_that_waits_for_memory_is_answered_503_at_once()
    {
        await using var server = await TestServer.StartAsync(settings => settings with { Ingest = settings.Ingest with { MaxBodyBytes = 1 << 20, InFlightBytes = 1 << 20 } });
        server.Store.Hold = new TaskCompletionSource();
        var holding = server.PostAsync("first", TestDeliveries.Body("first", new string('x', 300 << 10)));
        await server.Store.CommitBegan.Task.WaitAsync(TimeSpan.FromSeconds(10));
        var waiting = server.PostAsync(Id, TestDeliveries.Body(Id, new string('x', 300 << 10)));
        while (await MetricsText.ReadAsync(server, "cistern_deliveries_waiting") == 0)
        {
            await Task.Delay(10);
        }

        var stopping = server.StopAsync();

        Protocol.AssertAnswer(await waiting.WaitAsync(TimeSpan.FromSeconds(10)), 503, Id);
        server.Store.Hold.SetResult();
        Assert.Equal(200, (await holding).Status);
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Single(server.Store.Commits);
    }

    [Fact]
    public async Task A_body_that_does_not_end_is_given_up_after_the_time_of_the_stop()
    {
        await using var server = await TestServer.StartAsync(settings => settings with { Ingest = settings.Ingest with { StopTimeout = TimeSpan.FromSeconds(1) } });
        using var http = server.Connect();
        await http.SendHeadAsync("POST", TestServer.Firehose, server.Headers(Id, 1_000));
        await http.SendAsync(new byte[10]);
        while (await MetricsText.ReadAsync(server, "cistern_deliveries_in_flight") == 0)
        {
            await Task.Delay(10);
        }

        var stopping = server.StopAsync();

        Protocol.AssertAnswer(await http.ReadAnswerAsync(), 503, Id);
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Empty(server.Store.Commits);
    }

    /// <summary>Deliveries come all the time while the server stops: each that was answered 200 is stored.</summary>
    [Fact]
    public async Task Stopping_under_load_never_answers_200_for_what_is_not_stored()
    {
        var server = await TestServer.StartAsync();
        server.Store.Delay = TimeSpan.FromMilliseconds(3);
        var answered = new System.Collections.Concurrent.ConcurrentBag<string>();
        var senders = Enumerable.Range(0, 8).Select(sender => SendUntilClosedAsync(server, sender, answered)).ToArray();
        await Task.Delay(300);

        await server.StopAsync().WaitAsync(TimeSpan.FromSeconds(20));
        await Task.WhenAll(senders).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.NotEmpty(answered);
        Assert.Subset(server.Store.Commits.Select(commit => commit.Delivery.DeliveryId).ToHashSet(), answered.ToHashSet());
        await server.DisposeAsync();
    }

    private static async Task SendUntilClosedAsync(TestServer server, int sender, System.Collections.Concurrent.ConcurrentBag<string> answered)
    {
        try
        {
            for (var number = 0; ; number++)
            {
                var id = $"{sender}-{number}";
                if ((await server.PostAsync(id, TestDeliveries.Body(id, "x"))).Status == 200)
                {
                    answered.Add(id);
                }
            }
        }
        catch (Exception error) when (error is System.Net.Sockets.SocketException or IOException or InvalidOperationException or Xunit.Sdk.XunitException)
        {
            // The server listens no more, or closed the connection before it read the request.
        }
    }
}
