using System.Net;
using System.Net.Sockets;

namespace Cistern.Commands.Checking.Endpoint;

/// <summary>Looks the name up and connects to each of its addresses.</summary>
internal static class ConnectStep
{
    private const int AddressesMax = 8;

    /// <summary>The address to go on with, IPv4 first; null if there is none.</summary>
    public static async Task<IPAddress?> CheckAsync(CheckPlan plan, CheckReport report, CancellationToken cancel)
    {
        var addresses = await FindAsync(plan, report, cancel);
        var reached = new List<IPAddress>();
        var failures = new List<(IPAddress Address, FindingKind Kind, string Detail)>();
        foreach (var address in addresses)
        {
            if (await TryConnectAsync(plan, address, cancel) is var (kind, detail))
            {
                failures.Add((address, kind, detail));
            }
            else
            {
                reached.Add(address);
            }
        }

        Report(report, plan, reached, failures);
        return reached.FirstOrDefault();
    }

    private static async Task<IPAddress[]> FindAsync(CheckPlan plan, CheckReport report, CancellationToken cancel)
    {
        var host = plan.Host;
        if (IPAddress.TryParse(host, out var literal))
        {
            ReportPrivate(plan, report, [literal]);
            return [literal];
        }

        var addresses = await LookUpAsync(plan, report, host, cancel);
        if (addresses.Length > 0)
        {
            report.Add(CheckSteps.Name, FindingKinds.NameFound, $"{host} is {string.Join(", ", addresses.AsEnumerable())}");
            ReportPrivate(plan, report, addresses);
            if (addresses.All(address => address.AddressFamily != AddressFamily.InterNetwork))
            {
                report.Add(CheckSteps.Name, FindingKinds.NameWithoutIpv4);
            }
        }

        return [.. addresses.OrderBy(address => address.AddressFamily == AddressFamily.InterNetwork ? 0 : 1).Take(AddressesMax)];
    }

    private static async Task<IPAddress[]> LookUpAsync(CheckPlan plan, CheckReport report, string host, CancellationToken cancel)
    {
        try
        {
            var found = await plan.LookUp(host, cancel).WaitAsync(plan.Limits.Lookup, cancel);
            return [.. found.Distinct()];
        }
        catch (SocketException failure) when (failure.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData)
        {
            report.Add(CheckSteps.Name, FindingKinds.NameNotFound, host);
        }
        catch (Exception failure) when (failure is SocketException or TimeoutException or ArgumentException)
        {
            report.Add(CheckSteps.Name, FindingKinds.NameLookupFailed, $"{host}: {(failure is TimeoutException ? $"no answer within {Units.Seconds(plan.Limits.Lookup.TotalSeconds)}" : failure.Message)}");
        }

        return [];
    }

    // What is on this machine by its very name was said already.
    private static void ReportPrivate(CheckPlan plan, CheckReport report, IPAddress[] addresses)
    {
        var hidden = addresses.Where(AddressStep.IsPrivate).ToArray();
        if (hidden.Length > 0 && !report.Findings.Any(finding => finding.Kind == FindingKinds.AddressLoopback))
        {
            report.Add(CheckSteps.Name, FindingKinds.NamePrivate, string.Join(", ", hidden.AsEnumerable()));
        }
    }

    private static async Task<(FindingKind Kind, string Detail)?> TryConnectAsync(CheckPlan plan, IPAddress address, CancellationToken cancel)
    {
        try
        {
            await using var connection = await EndpointConnection.ConnectAsync(address, plan.Url.Port, plan.Limits.Connect, cancel);
            return null;
        }
        catch (TimeoutException)
        {
            return (FindingKinds.ConnectTimeout, $"nothing within {Units.Seconds(plan.Limits.Connect.TotalSeconds)}");
        }
        catch (SocketException failure)
        {
            return (KindOf(failure.SocketErrorCode), failure.Message);
        }
    }

    private static FindingKind KindOf(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => FindingKinds.ConnectRefused,
        SocketError.TimedOut => FindingKinds.ConnectTimeout,
        _ => FindingKinds.ConnectUnreachable,
    };

    // A machine without IPv6 cannot say anything of such an address, so it is a warning while IPv4 works.
    private static void Report(CheckReport report, CheckPlan plan, List<IPAddress> reached, List<(IPAddress Address, FindingKind Kind, string Detail)> failures)
    {
        var v4 = reached.Any(address => address.AddressFamily == AddressFamily.InterNetwork);
        foreach (var (address, kind, detail) in failures)
        {
            var mild = v4 && address.AddressFamily == AddressFamily.InterNetworkV6;
            report.Add(CheckSteps.Connection, mild ? FindingKinds.ConnectIpv6Failed : kind, $"{new IPEndPoint(address, plan.Url.Port)}, {detail}");
        }

        if (reached.Count > 0 && failures.Count == 0)
        {
            report.Add(CheckSteps.Connection, FindingKinds.Connected, string.Join(", ", reached.Select(address => new IPEndPoint(address, plan.Url.Port))));
        }
    }
}
