using Cistern.Formats.Text;

namespace Cistern.Formats.CloudWatchLogs;

/// <summary>The members of one JSON document, as they are written: what CloudWatch Logs sends, or something else. A member that is there twice counts as it stands last.</summary>
/// <remarks>The document is checked to its end before anything is made of it, so that one that breaks off leaves no rows behind, and members may come in any order.</remarks>
internal ref struct LogDocument
{
    public ReadOnlySpan<byte> MessageType { get; private set; }

    public ReadOnlySpan<byte> Owner { get; private set; }

    public ReadOnlySpan<byte> LogGroup { get; private set; }

    public ReadOnlySpan<byte> LogStream { get; private set; }

    public ReadOnlySpan<byte> SubscriptionFilters { get; private set; }

    public ReadOnlySpan<byte> PolicyLevel { get; private set; }

    public ReadOnlySpan<byte> LogEvents { get; private set; }

    /// <summary>It has a member that only metric streams have.</summary>
    public bool IsMetric { get; private set; }

    public readonly bool IsData => MessageType.SequenceEqual("\"DATA_MESSAGE\""u8);

    public readonly bool IsControl => MessageType.SequenceEqual("\"CONTROL_MESSAGE\""u8);

    public readonly bool HasEvents => LogEvents is [(byte)'[', ..];

    /// <summary>Whether CloudWatch Logs made it. Logs of a program may have a messageType of their own, but no list of events beside it.</summary>
    public readonly bool IsEnvelope => IsData || IsControl || HasEvents;

    /// <summary>Reads the object that a text begins with; false if it is cut or no JSON.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out LogDocument document, out int length)
    {
        document = default;
        return document.TryReadObject(text, out length);
    }

    private bool TryReadObject(ReadOnlySpan<byte> text, out int length)
    {
        length = 0;
        var json = new JsonScanner(text);
        if (!json.TrySkip((byte)'{'))
        {
            return false;
        }

        if (json.TrySkip((byte)'}'))
        {
            length = json.Place;
            return true;
        }

        do
        {
            if (!json.TryReadName(out var name, out _) || !json.TryReadValue(out var value))
            {
                return false;
            }

            Take(name, value);
        }
        while (json.TrySkip((byte)','));

        var isWhole = json.TrySkip((byte)'}');
        length = isWhole ? json.Place : 0;
        return isWhole;
    }

    private void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.SequenceEqual("messageType"u8))
        {
            MessageType = value;
        }
        else if (name.SequenceEqual("owner"u8))
        {
            Owner = value;
        }
        else if (name.SequenceEqual("logGroup"u8))
        {
            LogGroup = value;
        }
        else if (name.SequenceEqual("logStream"u8))
        {
            LogStream = value;
        }
        else if (name.SequenceEqual("subscriptionFilters"u8))
        {
            SubscriptionFilters = value;
        }
        else if (name.SequenceEqual("policyLevel"u8))
        {
            PolicyLevel = value;
        }
        else if (name.SequenceEqual("logEvents"u8))
        {
            LogEvents = value;
        }
        else
        {
            IsMetric |= name.SequenceEqual("metric_stream_name"u8);
        }
    }
}
