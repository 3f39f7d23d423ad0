using System.Buffers.Text;
using System.Text;

namespace Cistern.Formats.ErrorObjects;

/// <summary>The members of a document as they are written, without the quotes of texts.</summary>
internal ref struct ErrorMembers
{
    public ReadOnlySpan<byte> RawData { get; private set; }

    public bool HasRawData { get; private set; }

    public ReadOnlySpan<byte> Code { get; set; }

    public ReadOnlySpan<byte> Message { get; set; }

    public ReadOnlySpan<byte> Attempts { get; set; }

    public ReadOnlySpan<byte> Arrived { get; set; }

    public ReadOnlySpan<byte> Ended { get; set; }

    public ReadOnlySpan<byte> LambdaArn { get; set; }

    private bool _rawDataIsFirst;
    private int _members;

    /// <summary>Takes a member if it is one that is known, whatever its case: the formats differ in it.</summary>
    public void Set(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        _members++;
        if (Is(name, "rawData"u8))
        {
            SetRawData(value);
        }
        else if (Is(name, "errorCode"u8) || Is(name, "lastErrorCode"u8))
        {
            Code = value;
        }
        else if (Is(name, "errorMessage"u8) || Is(name, "lastErrorMessage"u8))
        {
            Message = value;
        }
        else if (Is(name, "attemptsMade"u8))
        {
            Attempts = value;
        }
        else if (Is(name, "arrivalTimestamp"u8))
        {
            Arrived = value;
        }
        else if (Is(name, "attemptEndingTimestamp"u8))
        {
            Ended = value;
        }
        else if (Is(name, "lambdaArn"u8))
        {
            LambdaArn = value;
        }
    }

    /// <summary>
    /// A second one can only have come from a message whose quotes are not escaped. The true one stands before all messages (processing-failed), or
    /// behind them (http-endpoint-failed).
    /// </summary>
    public void SetRawData(ReadOnlySpan<byte> value)
    {
        if (HasRawData && _rawDataIsFirst)
        {
            return;
        }

        _rawDataIsFirst = _members == 1;
        RawData = value;
        HasRawData = true;
    }

    /// <summary>Milliseconds since 1970, as a number or as a text.</summary>
    public static DateTimeOffset? Time(ReadOnlySpan<byte> value) =>
        Number(value) is > 0 and <= 253_402_300_799_999 and var milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

    public static long Number(ReadOnlySpan<byte> value) =>
        Utf8Parser.TryParse(value, out long number, out var used) && used == value.Length ? number : 0;

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> known) => Ascii.EqualsIgnoreCase(name, known);
}
