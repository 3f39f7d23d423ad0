using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;

namespace Cistern.Store.ClickHouse.Insert;

/// <summary>A block as the body of an insert, compressed while it is sent; it can be sent again.</summary>
internal sealed class BlockContent : HttpContent
{
    private readonly INativeBlock _block;

    public BlockContent(INativeBlock block)
    {
        _block = block;
        Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        Headers.ContentEncoding.Add("gzip");
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await using var gzip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true);
        using var writer = new NativeWriter(gzip);
        _block.Write(writer);
        writer.Flush();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
