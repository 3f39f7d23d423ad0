using System.Net;
using Cistern.Ingest;

namespace Cistern.Commands.Checking.Endpoint;

/// <summary>The address as Firehose is given it.</summary>
internal static class AddressStep
{
    private const int CharactersMax = 1000;
    private const int FirehosePort = 443;

    /// <summary>Whether anything may be sent there.</summary>
    public static bool Check(CheckPlan plan, CheckReport report)
    {
        var url = plan.Url;
        if (url.Scheme != Uri.UriSchemeHttps && !IsThisMachine(url))
        {
            report.Add(CheckSteps.Address, FindingKinds.AddressNotHttps, url.GetLeftPart(UriPartial.Path));
            return false;
        }

        if (plan.UrlText.Length > CharactersMax)
        {
            report.Add(CheckSteps.Address, FindingKinds.AddressTooLong, $"{plan.UrlText.Length} characters");
        }

        if (url.Scheme != Uri.UriSchemeHttps)
        {
            report.Add(CheckSteps.Address, FindingKinds.AddressLoopback, url.GetLeftPart(UriPartial.Authority));
        }
        else if (url.Port != FirehosePort)
        {
            report.Add(CheckSteps.Address, FindingKinds.AddressPort, $"this is port {url.Port}");
        }

        if (!report.Findings.Any(finding => finding.Step == CheckSteps.Address))
        {
            report.Add(CheckSteps.Address, FindingKinds.AddressGood, $"https, port 443, {PurposeOf(url)}");
        }

        return true;
    }

    public static bool IsThisMachine(Uri url) => url.IsLoopback || (IPAddress.TryParse(url.IdnHost, out var address) && IPAddress.IsLoopback(address));

    private static string PurposeOf(Uri url) => IngestAddress.All.FirstOrDefault(address => address.Path == url.AbsolutePath) switch
    {
        { Signal: { } signal } => $"where a Cistern takes {signal.Name}",
        { } => "where a Cistern takes every signal",
        null => "a path that is none of Cistern's",
    };

    /// <summary>Addresses that nothing outside the network can reach.</summary>
    public static bool IsPrivate(IPAddress address)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal || _private.Any(network => network.Contains(address));
    }

    private static readonly IPNetwork[] _private =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"),
    ];
}
