using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Cistern.Formats.Deliveries;

namespace Cistern.Tests.Formats;

/// <summary>Makes bodies and decodes them, for the tests of this folder.</summary>
internal static class Bodies
{
    public const string RequestId = "0c0f7c2e-1111-4222-8333-444444444444";

    public static DeliveryContext CloudFront { get; } = new()
    {
        Route = DeliveryRoute.CloudFront,
        Framing = DeliveryFraming.Envelope,
        RequestId = RequestId,
    };

    public static DeliveryContext Any { get; } = CloudFront with { Route = DeliveryRoute.Any };

    public static DeliveryContext Metrics { get; } = CloudFront with { Route = DeliveryRoute.Metrics };

    /// <summary>The time at which deliveries of <see cref="Logs"/> arrive.</summary>
    public const long Received = 1_760_000_060_500;

    public static DeliveryContext Logs { get; } = CloudFront with { Route = DeliveryRoute.Logs, Received = Received, Region = "eu-west-2" };

    public static DeliveryContext Entries { get; } = CloudFront with { Framing = DeliveryFraming.Entries, RequestId = null };

    public static byte[] Fixture(string path) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "fixtures", path));

    public static string FixtureText(string path) => Encoding.UTF8.GetString(Fixture(path));

    public static byte[] Envelope(params IEnumerable<byte[]> records)
    {
        var text = new StringBuilder("{\"requestId\":\"" + RequestId + "\",\"timestamp\":1760000060000,\"records\":[");
        text.AppendJoin(',', records.Select(record => "{\"data\":\"" + Convert.ToBase64String(record) + "\"}"));
        return Encoding.UTF8.GetBytes(text.Append("]}").ToString());
    }

    public static byte[] Envelope(params string[] records) => Envelope(records.Select(Encoding.UTF8.GetBytes));

    public static byte[] Gzip(ReadOnlySpan<byte> body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(body);
        }

        return packed.ToArray();
    }

    /// <summary>Decodes a body that must be readable.</summary>
    public static DecodedDelivery Decode(DeliveryContext context, byte[] body)
    {
        var decoder = new DeliveryDecoder();
        var into = new DecodedDelivery();
        var fault = decoder.Decode(context, new ReadOnlySequence<byte>(body), into);
        Assert.True(fault is null, $"{fault}: {decoder.Detail}");
        Assert.Equal(into.Rows + into.RejectRows + into.Controls, into.Items);
        return into;
    }

    public static DecodedDelivery DecodeRecords(DeliveryContext context, params string[] records) => Decode(context, Envelope(records));

    /// <summary>Decodes a record that must become one row, and returns the row as text.</summary>
    public static IReadOnlyDictionary<string, string> DecodeRow(DeliveryContext context, string record)
    {
        var into = DecodeRecords(context, record);
        Assert.True(into.Rejects.RowCount == 0, into.Rejects.RowCount == 0 ? "" : Rows.Of(into.Rejects, 0).GetValueOrDefault("reason"));
        Assert.Equal(1, into.Requests.RowCount);
        return Rows.Of(into.Requests, 0);
    }

    /// <summary>Decodes a record that must become one reject, and returns its reason.</summary>
    public static string DecodeReason(DeliveryContext context, string record)
    {
        var into = DecodeRecords(context, record);
        Assert.Equal(0, into.Requests.RowCount);
        Assert.Equal(1, into.Rejects.RowCount);
        return Rows.Of(into.Rejects, 0)["reason"];
    }

    /// <summary>A sequence of segments that end at these places.</summary>
    public static ReadOnlySequence<byte> Split(byte[] body, params int[] places)
    {
        var first = new Segment(body.AsMemory(0, places.Length == 0 ? body.Length : places[0]), previous: null);
        var last = first;
        for (var index = 0; index < places.Length; index++)
        {
            var end = index + 1 < places.Length ? places[index + 1] : body.Length;
            last = new Segment(body.AsMemory(places[index], end - places[index]), last);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    public static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is not null)
            {
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
                previous.Next = this;
            }
        }
    }
}
