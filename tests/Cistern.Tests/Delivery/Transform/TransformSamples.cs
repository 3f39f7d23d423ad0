using System.Text;
using Cistern.Delivery;

namespace Cistern.Tests.Delivery.Transform;

internal static class TransformSamples
{
    public static readonly DateTimeOffset Arrived = DateTimeOffset.FromUnixTimeMilliseconds(1_760_000_000_123);

    public static StreamPlan Plan { get; } = new()
    {
        Arn = "arn:aws:firehose:eu-central-1:111122223333:deliverystream/own",
        Name = "own",
        Version = 1,
        S3 = new S3Plan { Bucket = "backup", Buffering = new BufferHints(1 << 20, TimeSpan.FromSeconds(60)) },
    };

    public static StreamRecord Record(long entry, int index, string text) => Record(entry, index, Encoding.UTF8.GetBytes(text));

    public static StreamRecord Record(long entry, int index, byte[] data) => new() { Entry = entry, Index = index, Arrived = Arrived, Data = data };

    public static IReadOnlyList<StreamRecord> Records(params string[] texts) => [.. texts.Select((text, index) => Record(7, index, text))];

    public static string Text(ReadOnlyMemory<byte> data) => Encoding.UTF8.GetString(data.Span);
}
