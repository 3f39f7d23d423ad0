using System.Diagnostics;

namespace Cistern.Tests.WholeProgram;

/// <summary>The tests of the screen's own code run by Vitest in <c>web/</c>; what needs a browser is in the folder Browser.</summary>
public sealed class WebTests
{
    [Fact]
    public async Task The_tests_of_the_screens_code_pass()
    {
        var start = new ProcessStartInfo("node", ["node_modules/vitest/vitest.mjs", "run", "--reporter=default"])
        {
            WorkingDirectory = Path.Combine(Repository.Root, "web"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["NO_COLOR"] = "1", ["CI"] = "true" },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(process.ExitCode == 0, await output + await errors);
        Assert.Matches("Test Files +[0-9]+ passed", await output);
    }
}
