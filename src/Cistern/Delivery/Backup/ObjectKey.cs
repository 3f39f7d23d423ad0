using System.Globalization;
using System.Text.RegularExpressions;

namespace Cistern.Delivery.Backup;

/// <summary>Keys of the objects that a stream writes: <c>PREFIX STREAM-VERSION-yyyy-MM-dd-HH-mm-ss-UUID EXTENSION</c>, without the blanks.</summary>
internal static partial class ObjectKey
{
    private const string DateFormat = "yyyy-MM-dd-HH-mm-ss";

    /// <param name="prefix">Evaluated: see <see cref="S3Prefix.Evaluate"/>.</param>
    /// <param name="made">When the object was made; stands in UTC, whatever zone the prefix has.</param>
    public static string Of(string prefix, string stream, int version, DateTimeOffset made, Guid uuid, S3Plan plan)
    {
        var extension = plan.FileExtension.Length > 0 ? plan.FileExtension : plan.Compression.Extension();
        var date = made.UtcDateTime.ToString(DateFormat, CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{prefix}{stream}-{version}-{date}-{uuid:D}{extension}");
    }

    /// <summary>A random UUID (version 4) drawn from the given chance, so that a simulation can repeat it.</summary>
    public static Guid NewUuid(Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>
    /// The stream's name in a key, or null. Only the end of the key is looked at, because a prefix need not end with a slash; so a key may begin
    /// with text of the prefix where it does not. Keys of 2015 had no version.
    /// </summary>
    public static string? StreamNameIn(string key)
    {
        var found = KeyEnd().Match(key);
        return found.Success ? found.Groups["stream"].Value : null;
    }

    /// <summary>When the object of a key was made, as <c>yyyy-MM-dd-HH-mm-ss</c>; empty if the key does not say it.</summary>
    public static string DateIn(string key) => KeyEnd().Match(key).Groups["made"].Value;

    [GeneratedRegex(@"(?<stream>[a-zA-Z0-9_.-]+?)(-\d{1,9})?-(?<made>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)-[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(\.[^/]*)?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex KeyEnd();
}
