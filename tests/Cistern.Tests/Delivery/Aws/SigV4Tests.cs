using Cistern.Delivery.Aws;

namespace Cistern.Tests.Delivery.Aws;

/// <summary>Against signatures that AWS publishes.</summary>
public sealed class SigV4Tests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private const string Time = "20150830T123600Z";

    /// <summary>AWS's test suite, get-vanilla.</summary>
    [Fact]
    public void A_plain_request_has_the_published_signature() => Assert.Equal(
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        SigV4.Sign(Secret, Time, "us-east-1", "service", "GET", "/", "", [new("host", "example.amazonaws.com"), new("x-amz-date", Time)], SigV4.Hash([])));

    /// <summary>The example that AWS's guide works through.</summary>
    [Fact]
    public void A_request_with_a_query_has_the_published_signature() => Assert.Equal(
        "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
        SigV4.Sign(
            Secret, Time, "us-east-1", "iam", "GET", "/", "Action=ListUsers&Version=2010-05-08",
            [new("content-type", "application/x-www-form-urlencoded; charset=utf-8"), new("host", "iam.amazonaws.com"), new("x-amz-date", Time)], SigV4.Hash([])));

    [Fact]
    public void Times_are_written_in_UTC() =>
        Assert.Equal(Time, SigV4.TimeText(new DateTimeOffset(2015, 8, 30, 14, 36, 0, TimeSpan.FromHours(2))));
}
