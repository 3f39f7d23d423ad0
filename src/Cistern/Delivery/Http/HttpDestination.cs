using System.Text;
using System.Text.Json;

namespace Cistern.Delivery.Http;

/// <summary>The HTTP endpoint that a stream delivers to.</summary>
internal sealed record HttpDestination
{
    /// <summary>What Firehose allows; a value over it is refused before anything is sent.</summary>
    public const int AttributesMax = 50;
    public const int AttributeNameCharactersMax = 256;
    public const int AttributeValueCharactersMax = 1024;
    public const int AccessKeyBytesMax = 4096;

    public required Uri Url { get; init; }

    /// <summary>The ARN of the delivery stream.</summary>
    public required string SourceArn { get; init; }

    /// <summary>Sent as it is in <c>X-Amz-Firehose-Access-Key</c>; empty leaves the header out.</summary>
    public string AccessKey { get; init; } = "";

    public IReadOnlyDictionary<string, string> CommonAttributes { get; init; } = new Dictionary<string, string>();

    /// <summary>Headers besides Firehose's own.</summary>
    public IReadOnlyDictionary<string, string> ExtraHeaders { get; init; } = new Dictionary<string, string>();

    /// <summary>How long a failed delivery is tried again; zero is never.</summary>
    public TimeSpan RetryWindow { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>How long one attempt may wait for its answer.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>A refusal that trying again cannot change (any 4xx but 408 and 429) is final. Firehose goes on trying; a person at a terminal would rather know.</summary>
    public bool GiveUpWhenRefused { get; init; }

    /// <summary>What breaks Firehose's rules for a destination, or null.</summary>
    public string? FindProblem()
    {
        if (CommonAttributes.Count > AttributesMax)
        {
            return $"cannot send {CommonAttributes.Count} common attributes: Firehose allows {AttributesMax}";
        }

        foreach (var (name, value) in CommonAttributes)
        {
            if (string.IsNullOrWhiteSpace(name) || name.Length > AttributeNameCharactersMax)
            {
                return $"cannot send the common attribute '{name}': its name must have 1 to {AttributeNameCharactersMax} characters";
            }

            if (value.Length > AttributeValueCharactersMax)
            {
                return $"cannot send the common attribute '{name}': its value has {value.Length} characters, Firehose allows {AttributeValueCharactersMax}";
            }
        }

        return AccessKey.Length <= AccessKeyBytesMax && !AccessKey.Any(char.IsControl)
            ? null
            : $"cannot send the access key: it must have at most {AccessKeyBytesMax} bytes and no control characters";
    }

    /// <summary>The value of <c>X-Amz-Firehose-Common-Attributes</c>, or null without attributes. ASCII whatever the values are.</summary>
    public string? CommonAttributesHeader()
    {
        if (CommonAttributes.Count == 0)
        {
            return null;
        }

        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("commonAttributes");
            foreach (var (name, value) in CommonAttributes)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.ASCII.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
