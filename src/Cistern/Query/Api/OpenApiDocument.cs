namespace Cistern.Query.Api;

/// <summary><c>GET /openapi.json</c>: the description of every address, a file built into the program.</summary>
internal sealed class OpenApiDocument
{
    private readonly Answer _answer = Answer.Json(Read());

    public Task HandleAsync(HttpContext context) => Answer.SendAsync(context, _ => Task.FromResult(_answer));

    private static byte[] Read()
    {
        using var stream = typeof(OpenApiDocument).Assembly.GetManifestResourceStream("openapi.json")
            ?? throw new InvalidOperationException("openapi.json is not built into the program");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
