namespace Cistern.Commands.Checking;

/// <summary>The words in front of the findings, in the order in which a check goes.</summary>
internal static class CheckSteps
{
    public const string Address = "address";
    public const string Name = "name";
    public const string Connection = "connection";
    public const string Certificate = "certificate";
    public const string Key = "key";
    public const string Answer = "answer";
    public const string Gzip = "gzip";
    public const string Body = "large body";
    public const string Time = "time";
    public const string Record = "record";
    public const string Stream = "stream";
    public const string Source = "source";
    public const string Role = "role";
    public const string Traffic = "traffic";
    public const string Errors = "errors";
    public const string Backup = "backup";
}
