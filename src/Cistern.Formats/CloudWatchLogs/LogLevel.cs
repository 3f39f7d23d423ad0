namespace Cistern.Formats.CloudWatchLogs;

/// <summary>How grave a log event is, as its message says. The names are stored.</summary>
internal enum LogLevel
{
    None = 0,
    Trace = 1,
    Debug = 2,
    Info = 3,
    Warn = 4,
    Error = 5,
    Fatal = 6,
}
