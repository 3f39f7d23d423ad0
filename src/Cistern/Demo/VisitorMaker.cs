using System.Globalization;
using System.Text;

namespace Cistern.Demo;

/// <summary>Makes visitors. People get addresses that belong to nobody (shared and documentation ranges), machines their operators' published ones.</summary>
internal sealed class VisitorMaker(Random random)
{
    private const double MobileShare = 0.34;

    public Visitor Person(Region region)
    {
        var ipv6 = random.NextDouble() < region.Ipv6Share;
        var mobile = random.NextDouble() < MobileShare;
        return new Visitor
        {
            Profile = (mobile ? Browsers.Mobile : Browsers.Desktop).Pick(random),
            Address = Encoding.ASCII.GetBytes(ipv6 ? Ipv6() : SharedAddress()),
            Ipv6 = ipv6,
            Country = region.CountryBytes,
            Asn = region.Asns[random.Next(region.Asns.Length)],
            Edge = region.Edges[random.Next(region.Edges.Length)],
            Port = random.Next(1024, 65_536),
            BytesPerMillisecond = mobile ? 600 + random.Next(3_000) : 1_500 + random.Next(12_000),
            RoundTripMilliseconds = mobile ? 45 : 15,
        };
    }

    public Visitor OfMachine(Machine machine)
    {
        var network = machine.Addresses[random.Next(machine.Addresses.Length)];
        return new Visitor
        {
            Profile = machine.Profile,
            Address = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{network}.{random.Next(1, 28)}")),
            Ipv6 = false,
            Country = "US"u8.ToArray(),
            Asn = machine.Asn,
            Edge = machine.Edge,
            Port = random.Next(1024, 65_536),
            BytesPerMillisecond = 20_000,
            RoundTripMilliseconds = 4,
        };
    }

    // 100.64.0.0/10 is never routed on the public internet.
    private string SharedAddress() => string.Create(CultureInfo.InvariantCulture, $"100.{64 + random.Next(64)}.{random.Next(256)}.{random.Next(1, 255)}");

    private string Ipv6() => string.Create(CultureInfo.InvariantCulture, $"2001:db8:{random.Next(1, 65_536):x}:{random.Next(1, 65_536):x}::{random.Next(1, 65_536):x}");
}
