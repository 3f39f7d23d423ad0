namespace Cistern.Demo;

/// <summary>Who asks: an address, a place and a kind of client. One for each visit.</summary>
internal sealed record Visitor
{
    public required ClientProfile Profile { get; init; }

    /// <summary>The address as the log writes it.</summary>
    public required byte[] Address { get; init; }

    public required bool Ipv6 { get; init; }

    public required byte[] Country { get; init; }

    public required int Asn { get; init; }

    /// <summary>An index into <see cref="Regions.EdgeNames"/>.</summary>
    public required int Edge { get; init; }

    public required int Port { get; init; }

    /// <summary>How fast its connection is.</summary>
    public required double BytesPerMillisecond { get; init; }

    /// <summary>A round trip to the edge.</summary>
    public required double RoundTripMilliseconds { get; init; }
}
