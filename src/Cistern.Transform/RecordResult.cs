namespace Cistern.Transform;

/// <summary>What becomes of a record: the words of the answer.</summary>
internal enum RecordResult
{
    Ok = 1,
    Dropped = 2,
    ProcessingFailed = 3,
}
