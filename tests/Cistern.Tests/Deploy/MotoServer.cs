using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Cistern.Tests.Faults;

namespace Cistern.Tests.Deploy;

/// <summary>moto's server: an AWS of this machine, and of one test alone.</summary>
internal sealed class MotoServer : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private readonly Process _process;

    private MotoServer(Process process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    public static async Task<MotoServer> StartAsync()
    {
        Requirement.Tool("moto_server", "pip install 'moto[server]'");
        var port = FreePort();
        var start = new ProcessStartInfo("moto_server", ["-H", "127.0.0.1", "-p", $"{port}"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.OutputDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        var server = new MotoServer(process, new Uri($"http://127.0.0.1:{port}"));
        try
        {
            await server.WaitAsync();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private async Task WaitAsync()
    {
        using var http = new HttpClient();
        var until = DateTime.UtcNow + StartLimit;
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(Url, "/moto-api/"), TestContext.Current.CancellationToken);
                return;
            }
            catch (HttpRequestException) when (DateTime.UtcNow < until && !_process.HasExited)
            {
                await Task.Delay(200, TestContext.Current.CancellationToken);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
