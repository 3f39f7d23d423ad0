namespace Cistern.Tests.Faults;

/// <summary>What a test needs of the machine. Without it the test is left out with a sentence; where tests are run for everybody (CI=true) it fails.</summary>
internal static class Requirement
{
    public static void Package(string program, string package) => Need(IsOnPath(program), $"needs the program {program}: install the Debian package {package}");

    /// <summary>A tool that Debian does not have: without it the test is left out everywhere, with a sentence that says what to install.</summary>
    public static void Tool(string program, string remedy) => Assert.SkipUnless(IsOnPath(program), $"needs the program {program}: {remedy}");

    public static void Need(bool there, string sentence)
    {
        if (there)
        {
            return;
        }

        if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.Fail(sentence);
        }

        Assert.Skip(sentence);
    }

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));
}
