using System.Text.Json;
using Cistern.Journal;

namespace Cistern.Store.Embedded;

/// <summary>Reads and replaces <c>manifest.json</c>: written aside, synced, renamed, directory synced.</summary>
internal sealed class ManifestFile(IDisk disk, DataFolder folder)
{
    /// <summary>The manifest; an empty one in a new folder.</summary>
    /// <exception cref="InvalidDataException">The file cannot be read, or a later release wrote it.</exception>
    public ManifestData Read()
    {
        if (!disk.Exists(folder.Manifest))
        {
            return new ManifestData();
        }

        var manifest = Parse();
        return manifest.Format == ManifestData.CurrentFormat
            ? manifest
            : throw new InvalidDataException(
                $"cannot open {folder.Manifest}: it has format {manifest.Format}, this release reads {ManifestData.CurrentFormat}; start the release that wrote it");
    }

    public void Write(ManifestData manifest)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(manifest, StoreJson.Indented.ManifestData);
        AtomicFile.Replace(disk, folder.Manifest, bytes);
    }

    private ManifestData Parse()
    {
        try
        {
            return JsonSerializer.Deserialize(disk.ReadAllBytes(folder.Manifest), StoreJson.Indented.ManifestData)
                ?? throw new JsonException("the file holds null");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException(
                $"cannot read {folder.Manifest}: {error.Message}; it names the live segment files, so restore it from a backup rather than deleting it", error);
        }
    }
}
