using System.Runtime.InteropServices;

namespace Cistern.DuckDb.Native;

/// <summary>Text that the library hands out.</summary>
internal static class Utf8
{
    /// <summary>Reads text that belongs to the library; empty for no text.</summary>
    public static string Read(nint text) => Marshal.PtrToStringUTF8(text) ?? "";

    /// <summary>Reads text that was made for the caller, and frees it.</summary>
    public static string TakeOwned(nint text)
    {
        try
        {
            return Read(text);
        }
        finally
        {
            Api.Free(text);
        }
    }
}
