using System.IO.Compression;
using System.Security.Cryptography;

namespace Cistern.Commands.Aws.Packing;

/// <summary>A zip as Lambda takes it, always the same bytes for the same files: names in order, one time for all, modes that do not ask the machine.</summary>
internal sealed class PackageZip
{
    // AWS, "Lambda quotas": what an API call may carry, and what may lie in /var/task.
    private const int ZippedBytesMax = 50 << 20;
    private const int UnzippedBytesMax = 250 << 20;

    private const int RegularFile = 0x8000;
    private const int UnixModeShift = 16;

    // The first moment that a zip can name.
    private static readonly DateTimeOffset Time = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private PackageZip(byte[] bytes, long unzippedBytes) => (Bytes, UnzippedBytes) = (bytes, unzippedBytes);

    public byte[] Bytes { get; }

    public long UnzippedBytes { get; }

    /// <summary>What Lambda calls <c>CodeSha256</c>: an uploaded package that has it is this one.</summary>
    public string CodeSha256 => Convert.ToBase64String(SHA256.HashData(Bytes));

    /// <exception cref="CommandFailedException">It is larger than Lambda takes.</exception>
    public static PackageZip Write(IEnumerable<PackageFile> files)
    {
        using var bytes = new MemoryStream();
        var unzipped = 0L;
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var file in files.OrderBy(file => file.Name, StringComparer.Ordinal))
            {
                unzipped += Add(zip, file);
            }
        }

        return Check(new PackageZip(bytes.ToArray(), unzipped));
    }

    private static long Add(ZipArchive zip, PackageFile file)
    {
        var entry = zip.CreateEntry(file.Name, CompressionLevel.Optimal);
        entry.LastWriteTime = Time;
        entry.ExternalAttributes = (RegularFile | ModeOf(file)) << UnixModeShift;
        using var content = entry.Open();
        var read = file.Read();
        content.Write(read);
        return read.Length;
    }

    // Lambda runs a function as a user that does not own its files.
    private static int ModeOf(PackageFile file)
    {
        const UnixFileMode readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        const UnixFileMode executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return (int)(file.IsExecutable ? readable | executable : readable);
    }

    private static PackageZip Check(PackageZip zip) => zip switch
    {
        { UnzippedBytes: > UnzippedBytesMax } => throw TooLarge("unzipped", zip.UnzippedBytes, UnzippedBytesMax),
        { Bytes.Length: > ZippedBytesMax } => throw TooLarge("zipped", zip.Bytes.Length, ZippedBytesMax),
        _ => zip,
    };

    private static CommandFailedException TooLarge(string what, long bytes, long max) =>
        new($"the package has {Units.Bytes(bytes)} {what}, and Lambda takes at most {Units.Bytes(max)}; --runtime dotnet10 makes one without a .NET runtime in it");
}
