using System.Buffers;
using Cistern.Formats.Text;

namespace Cistern.Formats.CloudFront;

/// <summary>What values of a field look like, to tell one list of fields from another.</summary>
internal static class FieldShapes
{
    private const int ConnectionCharsMin = 20;

    private static readonly SearchValues<byte> MethodCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ-_"u8);
    private static readonly SearchValues<byte> CodeCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"u8);

    public static bool Fits(CloudFrontField field, ReadOnlySpan<byte> value) => field.Shape switch
    {
        FieldShape.Any => FitsKind(field.Kind, value),
        FieldShape.Method => !value.ContainsAnyExcept(MethodCharacters),
        FieldShape.Scheme => IsOneOf(value, "http"u8, "https"u8, "ws"u8) || IsOneOf(value, "wss"u8, "grpc"u8, "grpcs"u8),
        FieldShape.HttpVersion => value.StartsWith("HTTP/"u8) || value.StartsWith("gRPC"u8) || value.StartsWith("grpc"u8),
        FieldShape.IpVersion => value.SequenceEqual("IPv4"u8) || value.SequenceEqual("IPv6"u8),
        FieldShape.Tls => value.StartsWith("TLS"u8) || value.StartsWith("SSL"u8) || value.StartsWith("QUIC"u8),
        FieldShape.Country => value.Length == 2 && !value.ContainsAnyExcept(CodeCharacters),
        FieldShape.Stem => value[0] is (byte)'/' or (byte)'*' || value.StartsWith("http"u8),
        FieldShape.EdgeLocation => value.Length is >= 3 and <= 20 && !value.ContainsAnyExcept(CodeCharacters),
        FieldShape.Tenant => value.StartsWith("dt_"u8),
        FieldShape.Connection => value.Length >= ConnectionCharsMin && !value.ContainsAny("/*."u8),
        FieldShape.PathPattern => value.ContainsAny("/*."u8),
    };

    // Numbers, statuses and times are parsed anyway when the row is written; these tell lists of the same count apart.
    private static bool FitsKind(FieldKind kind, ReadOnlySpan<byte> value) => kind switch
    {
        FieldKind.ClientAddress or FieldKind.Address => Addresses.IsAddress(value),
        FieldKind.Decimal => Numbers.TryReadDecimal(value, out _),
        FieldKind.Int32 or FieldKind.Int64 => Numbers.TryReadInteger(value, out _),
        FieldKind.RequestId => value.Length >= ConnectionCharsMin,
        _ => true,
    };

    private static bool IsOneOf(ReadOnlySpan<byte> value, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third) =>
        value.SequenceEqual(first) || value.SequenceEqual(second) || value.SequenceEqual(third);
}
