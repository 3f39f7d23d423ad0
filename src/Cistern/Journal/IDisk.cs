namespace Cistern.Journal;

/// <summary>The edge to the file system: everything that durability depends on goes through here, so that a simulation can fail it.</summary>
/// <remarks>
/// Two implementations: <see cref="FileDisk"/>, and the simulated disk of the tests, which forgets what was not synced. The rules are those of POSIX:
/// the content of a file is durable after its last sync, its name (also a rename or a deletion) after the last sync of its folder.
/// Every failure is a <see cref="DiskException"/> that names the operation and the file.
/// </remarks>
internal interface IDisk
{
    /// <summary>Creates a file, or empties the one that is there, for appending.</summary>
    IDiskFile Create(string path);

    /// <summary>Opens an existing file for appending.</summary>
    IDiskFile OpenAppend(string path);

    IDiskReader OpenRead(string path);

    byte[] ReadAllBytes(string path);

    /// <summary>Makes the content of a file durable that something else wrote.</summary>
    void SyncFile(string path);

    /// <summary>Renames a file or folder; a file that has the new name is replaced.</summary>
    void Rename(string from, string to);

    /// <summary>Deletes a file; one that is not there is no error.</summary>
    void Delete(string path);

    /// <summary>Gives a file a second name (a hard link).</summary>
    void Link(string existing, string added);

    /// <summary>Creates a folder and those above it; one that is there is no error.</summary>
    void CreateDirectory(string path);

    /// <summary>Makes the names in a folder durable: new, renamed and deleted ones.</summary>
    void SyncDirectory(string path);

    /// <summary>The files and folders in a folder, in no order.</summary>
    IReadOnlyList<DiskEntry> List(string path);

    bool Exists(string path);

    /// <summary>The bytes that this process may still write to the file system that holds the path.</summary>
    long FreeBytes(string path);
}

/// <summary>A file that is written at its end. One user at a time.</summary>
internal interface IDiskFile : IDisposable
{
    long Length { get; }

    /// <summary>Writes the parts behind each other at the end. If it fails, any number of the bytes may have been written.</summary>
    void Write(IReadOnlyList<ReadOnlyMemory<byte>> parts);

    /// <summary>Writes over bytes that are there.</summary>
    void Rewrite(long offset, ReadOnlyMemory<byte> bytes);

    /// <summary>Waits until the system has written what is new to the disk, which makes nothing durable: so that a later sync has little to do.</summary>
    void WriteBack();

    /// <summary>Makes content and length durable. After a failure nobody knows what is: do not go on with the file.</summary>
    void Sync();

    void Truncate(long length);
}

/// <summary>A file that is read at any place.</summary>
internal interface IDiskReader : IDisposable
{
    long Length { get; }

    /// <summary>Fills the buffer from an offset on; fewer bytes only at the end of the file.</summary>
    int Read(long offset, Span<byte> buffer);
}

/// <param name="Name">Without the folder.</param>
/// <param name="Bytes">The length of a file; 0 for a folder.</param>
internal sealed record DiskEntry(string Name, bool IsFolder, long Bytes);
