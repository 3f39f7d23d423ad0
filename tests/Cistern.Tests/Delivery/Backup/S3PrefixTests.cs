using Cistern.Delivery;
using Cistern.Delivery.Backup;

namespace Cistern.Tests.Delivery.Backup;

public sealed class S3PrefixTests
{
    private static readonly DateTimeOffset Oldest = new(2026, 7, 13, 14, 59, 58, TimeSpan.Zero);

    [Theory]
    [InlineData("", "", "2026/07/13/14/", "http-endpoint-failed/2026/07/13/14/")]
    [InlineData("raw/", "", "raw/2026/07/13/14/", "raw/http-endpoint-failed/2026/07/13/14/")]
    [InlineData("legacy", "", "legacy2026/07/13/14/", "legacyhttp-endpoint-failed/2026/07/13/14/")]
    [InlineData("raw/", "errors/", "raw/2026/07/13/14/", "errors/http-endpoint-failed/2026/07/13/14/")]
    [InlineData("raw/!{timestamp:yyyy}/", "errors/", "raw/2026/", "errors/http-endpoint-failed/2026/07/13/14/")]
    [InlineData("raw/", "e/!{firehose:error-output-type}/!{timestamp:'d='dd}/", "raw/2026/07/13/14/", "e/http-endpoint-failed/d=13/")]
    [InlineData("year=!{timestamp:yyyy}/month=!{timestamp:MM}/", "x!{firehose:error-output-type}", "year=2026/month=07/", "xhttp-endpoint-failed")]
    public void Keys_begin_as_the_table_of_AWS_says(string prefix, string errors, string records, string failed)
    {
        Assert.Null(S3Prefix.FindProblem(prefix, errors));
        var plan = Plan(prefix, errors);
        Assert.Equal(records, S3Prefix.OfRecords(plan).Evaluate(Oldest, new Random(1)));
        Assert.Equal(failed, S3Prefix.OfErrors(plan, ErrorOutputType.HttpEndpointFailed).Evaluate(Oldest, new Random(1)));
    }

    [Theory]
    [InlineData(ErrorOutputType.HttpEndpointFailed, "http-endpoint-failed/")]
    [InlineData(ErrorOutputType.ProcessingFailed, "processing-failed/")]
    [InlineData(ErrorOutputType.DecompressionFailed, "decompression-failed/")]
    [InlineData(ErrorOutputType.DestinationUnsupported, "destination-unsupported/")]
    public void Each_kind_of_error_has_a_folder(object type, string begin) =>
        Assert.StartsWith(begin, S3Prefix.OfErrors(Plan("", ""), (ErrorOutputType)type).Evaluate(Oldest, new Random(1)), StringComparison.Ordinal);

    [Fact]
    public void A_random_string_has_eleven_letters_and_digits_and_is_new_each_time()
    {
        var prefix = S3Prefix.OfRecords(Plan("!{firehose:random-string}/!{firehose:random-string}/", "errors/"));
        var random = new Random(7);
        var drawn = Enumerable.Range(0, 20).SelectMany(_ => prefix.Evaluate(Oldest, random).Split('/', StringSplitOptions.RemoveEmptyEntries)).ToList();
        Assert.Equal(40, drawn.Distinct().Count());
        Assert.All(drawn, text => Assert.Matches("^[A-Za-z0-9]{11}$", text));
    }

    [Fact]
    public void Dates_are_of_the_time_zone()
    {
        var plan = Plan("!{timestamp:yyyy/MM/dd/HH}/", "errors/") with { TimeZone = TimeZoneInfo.CreateCustomTimeZone("ten hours east", TimeSpan.FromHours(10), null, null) };
        Assert.Equal("2026/07/14/00/", S3Prefix.OfRecords(plan).Evaluate(Oldest, new Random(1)));
        Assert.Equal("errors/http-endpoint-failed/2026/07/14/00/", S3Prefix.OfErrors(plan, ErrorOutputType.HttpEndpointFailed).Evaluate(Oldest, new Random(1)));
    }

    [Theory]
    [InlineData("a/!{timestamp:yyyy}/", "", "ErrorOutputPrefix is missing")]
    [InlineData("!{firehose:random-string}", "", "ErrorOutputPrefix is missing")]
    [InlineData("!{firehose:error-output-type}/", "e/", "Prefix cannot hold !{firehose:error-output-type}")]
    [InlineData("", "e/!{timestamp:yyyy}/", "must then hold !{firehose:error-output-type}")]
    [InlineData("", "e/!{firehose:random-string}", "must then hold !{firehose:error-output-type}")]
    [InlineData("logs/!{x}", "", "Prefix cannot be used: !{x}: an expression is written")]
    [InlineData("logs/!{x:y}", "", "unknown namespace 'x'; use timestamp or firehose")]
    [InlineData("logs/!{Timestamp:yyyy}", "e/", "unknown namespace 'Timestamp'")]
    [InlineData("logs/!{", "", "has no end")]
    [InlineData("", "!{timestamp:yyyy", "ErrorOutputPrefix cannot be used: !{ begins an expression")]
    [InlineData("!{timestamp:qqqqqq}", "e/", "'qqqqqq' is no field")]
    [InlineData("!{timestamp:}", "e/", "it is empty")]
    [InlineData("!{firehose:nonsense}", "e/", "there is no 'nonsense'")]
    [InlineData("!{partitionKeyFromQuery:customer}/", "e/", "dynamic partitioning is not supported")]
    [InlineData("!{partitionKeyFromLambda:customer}/", "e/", "dynamic partitioning is not supported")]
    public void What_breaks_a_rule_is_refused_with_the_reason(string prefix, string errors, string reason) =>
        Assert.Contains(reason, S3Prefix.FindProblem(prefix, errors), StringComparison.Ordinal);

    [Fact]
    public void A_prefix_has_bounds_as_it_is_configured_and_as_it_is_evaluated()
    {
        Assert.Contains("1025 characters", S3Prefix.FindProblem(new string('a', 1025), ""), StringComparison.Ordinal);
        Assert.Contains("at most 512", S3Prefix.FindProblem("", new string('a', 513)), StringComparison.Ordinal);
        Assert.Contains("up to 513 characters", S3Prefix.FindProblem(new string('a', 504) + "!{timestamp:EEEE}", "e/"), StringComparison.Ordinal);
        Assert.Null(S3Prefix.FindProblem(new string('a', 503) + "!{timestamp:EEEE}", "e/"));
        Assert.Null(S3Prefix.FindProblem(string.Concat(Enumerable.Repeat("!{firehose:random-string}", 40)), "e/"));
    }

    [Theory]
    [InlineData("!")]
    [InlineData("{}")]
    [InlineData("a}b{c")]
    [InlineData("100%!/")]
    public void Signs_that_begin_no_expression_stand_for_themselves(string prefix)
    {
        Assert.Null(S3Prefix.FindProblem(prefix, ""));
        Assert.Equal(prefix + "2026/07/13/14/", S3Prefix.OfRecords(Plan(prefix, "")).Evaluate(Oldest, new Random(1)));
    }

    internal static S3Plan Plan(string prefix, string errors) => new()
    {
        Bucket = "backup",
        Prefix = prefix,
        ErrorOutputPrefix = errors,
        Buffering = new BufferHints(5 << 20, TimeSpan.FromSeconds(300)),
    };
}
