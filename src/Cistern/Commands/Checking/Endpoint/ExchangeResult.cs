namespace Cistern.Commands.Checking.Endpoint;

/// <summary>An answer as it came over the wire.</summary>
/// <param name="Headers">In their order, repeated ones repeated.</param>
/// <param name="Body">After chunks were put together.</param>
internal sealed record RawAnswer(int Status, string Reason, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    public IEnumerable<string> ValuesOf(string name) => Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value);

    public bool IsChunked => ValuesOf("Transfer-Encoding").Any(value => value.Contains("chunked", StringComparison.OrdinalIgnoreCase));

    public string Text => System.Text.Encoding.UTF8.GetString(Body);
}

/// <summary>What came of one request: an answer, or why there is none.</summary>
/// <param name="Elapsed">From its first byte to the last of the answer.</param>
internal sealed record ExchangeResult(RawAnswer? Answer, FindingKind? Failure, string Detail, TimeSpan Elapsed)
{
    public int? Status => Answer?.Status;
}

/// <summary>The bytes that came are no answer, or none that Firehose would read.</summary>
internal sealed class BadAnswerException(FindingKind kind, string detail) : Exception(detail)
{
    public FindingKind Kind { get; } = kind;
}
