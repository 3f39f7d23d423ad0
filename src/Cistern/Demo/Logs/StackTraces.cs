namespace Cistern.Demo.Logs;

/// <summary>What the site's programs say when they break, over several lines as it comes.</summary>
internal static class StackTraces
{
    public static readonly string[] Unavailable =
    [
        """
        Traceback (most recent call last):
          File "/app/web/handlers.py", line 118, in handle
            page = await pages.load(route, revision=request.revision)
          File "/app/web/pages.py", line 64, in load
            async with self.pool.acquire(timeout=3.0) as connection:
          File "/app/web/pool.py", line 41, in acquire
            raise PoolExhausted(f"no connection within {timeout} s")
        web.pool.PoolExhausted: no connection within 3.0 s
        """,
        """
        Traceback (most recent call last):
          File "/app/web/search.py", line 77, in query
            answer = await self.index.ask(terms, limit=20)
          File "/app/web/index_client.py", line 152, in ask
            await self._connect()
          File "/app/web/index_client.py", line 96, in _connect
            raise ConnectionRefusedError(111, "Connection refused", self.address)
        ConnectionRefusedError: [Errno 111] Connection refused: 'search-index.internal:9300'

        During handling of the above exception, another exception occurred:

        Traceback (most recent call last):
          File "/app/web/handlers.py", line 121, in handle
            return await self.fallback(request)
        web.errors.UpstreamUnavailable: search-index did not answer
        """,
    ];

    public static readonly string[] Broken =
    [
        """
        Traceback (most recent call last):
          File "/app/web/handlers.py", line 118, in handle
            page = await pages.load(route, revision=request.revision)
          File "/app/web/markdown.py", line 203, in render
            title = node.children[0].text
        IndexError: list index out of range
        """,
        """
        Traceback (most recent call last):
          File "/app/shop/cart.py", line 58, in total
            return sum(item.price * item.amount for item in self.items)
        TypeError: unsupported operand type(s) for *: 'decimal.Decimal' and 'NoneType'
        """,
    ];

    /// <summary>The frames of a function that failed, as its runtime writes them into one JSON line.</summary>
    public static readonly string[] Frames =
    [
        "    at placeOrder (/var/task/orders.js:84:17)",
        "    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)",
        "    at async Runtime.handler (/var/task/index.js:31:12)",
    ];
}
