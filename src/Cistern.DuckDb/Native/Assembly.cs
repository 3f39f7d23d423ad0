using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

// Structures cross as they lie in memory; nothing is converted behind our back. The library lies next to the program.
[assembly: DisableRuntimeMarshalling]
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
