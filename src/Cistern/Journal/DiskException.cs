namespace Cistern.Journal;

/// <summary>The file system refused: says what could not be done, with which file, and why.</summary>
internal sealed class DiskException : IOException
{
    // What the system calls "no space left" and "quota exceeded": errno on Linux and macOS, Win32 codes with the HRESULT bits.
    private const int NoSpace = 28;
    private const int QuotaLinux = 122;
    private const int QuotaMac = 69;
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    public DiskException(string operation, string path, Exception cause)
        : this(operation, path, cause.Message, cause.HResult, cause)
    {
    }

    public DiskException(string operation, string path, string reason, int code, Exception? cause = null)
        : base($"cannot {operation} {path}: {reason}", cause)
    {
        HResult = code;
        Path = path;
    }

    public string Path { get; }

    /// <summary>No space is left, or none that this user may take: the same call may work later.</summary>
    public bool IsFull => HResult is NoSpace or WindowsDiskFull or WindowsHandleDiskFull
        || (OperatingSystem.IsLinux() && HResult == QuotaLinux)
        || (OperatingSystem.IsMacOS() && HResult == QuotaMac);
}
