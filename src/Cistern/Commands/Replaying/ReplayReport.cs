using Cistern.Commands.Asking;
using Cistern.Delivery.Http;
using Cistern.Replay;

namespace Cistern.Commands.Replaying;

/// <summary>Counts what a replay read and sent, and tells of what it could not read.</summary>
/// <param name="note">Told of what cannot be read.</param>
internal sealed class ReplayReport(Action<string> note)
{
    // Of each object: an object that is something else would fill the screen.
    private const int NotesPerObject = 5;

    private readonly Lock _gate = new();
    private ReplayObject? _noted;
    private int _notes;

    public ReplaySurvey Survey { get; } = new();

    public DeliveryLedger Ledger { get; } = new();

    /// <summary>Objects that were read to their end.</summary>
    public long Objects { get; set; }

    /// <summary>Objects that are done according to the state file.</summary>
    public long DoneBefore { get; set; }

    public long ObjectsFailed { get; private set; }

    public long LinesFailed { get; private set; }

    public long Records { get; private set; }

    public long Deliveries { get; private set; }

    /// <summary>Deliveries of unfinished objects that are done according to the state file.</summary>
    public long DeliveriesBefore { get; set; }

    public long Bytes { get; private set; }

    public bool Failed => ObjectsFailed > 0 || LinesFailed > 0;

    public void Sent(string stream, OutgoingDelivery delivery, DeliveryOutcome outcome)
    {
        Ledger.Add(stream, delivery.RequestId, outcome, rows: null);
        lock (_gate)
        {
            Deliveries++;
            Records += delivery.Records;
            Bytes += delivery.RecordBytes;
        }
    }

    public void Unreadable(UnreadableLine line)
    {
        LinesFailed++;
        (_noted, _notes) = (line.Object, line.Object == _noted ? _notes + 1 : 1);
        if (_notes <= NotesPerObject)
        {
            note($"cannot read {ReplaySurvey.Printable(line.Object.Name)} line {line.Number}: {line.Reason}");
        }
        else if (_notes == NotesPerObject + 1)
        {
            note($"cannot read more lines of {ReplaySurvey.Printable(line.Object.Name)}; they are counted");
        }
    }

    public void Unreadable(ReplayObject source, string reason)
    {
        ObjectsFailed++;
        note($"cannot read {ReplaySurvey.Printable(source.Name)} to its end: {reason}");
    }

    public string Status() => $"{Units.Count(Objects)} objects, {Units.Count(Records)} records";

    public void WriteSent(TextWriter output, bool asked, TimeSpan elapsed)
    {
        WriteObjects(output);
        output.WriteLine($"deliveries   {Units.Count(Deliveries)}{(DeliveriesBefore > 0 ? $" ({Units.Count(DeliveriesBefore)} more were sent before)" : "")}");
        output.WriteLine($"records      {Units.Count(Records)} ({Units.Bytes(Bytes)})");
        if (asked)
        {
            output.WriteLine($"rows stored  {Units.Count(Ledger.Rows)}");
            output.WriteLine($"repeats      {Units.Count(Ledger.Repeats)}");
            output.WriteLine($"rejects      {Units.Count(Ledger.Rejected)}");
        }

        output.WriteLine($"took         {Units.Seconds(elapsed.TotalSeconds)}");
        WriteRemarks(output);
    }

    public void WriteSurvey(TextWriter output)
    {
        WriteObjects(output);
        var groups = Survey.Groups.ToList();
        output.WriteLine($"records      {Units.Count(groups.Sum(group => group.Group.Records))} ({Units.Bytes(groups.Sum(group => group.Group.Bytes))})");
        WriteRemarks(output);
        foreach (var ((stream, code), group) in groups)
        {
            output.WriteLine();
            output.WriteLine($"{ReplaySurvey.Printable(stream)}  {(code.Length > 0 ? ReplaySurvey.Printable(code) : "(no error code)")}");
            output.WriteLine($"  {Units.Count(group.Records)} records, {Units.Bytes(group.Bytes)}{Range(group)}");
            foreach (var example in group.Examples)
            {
                output.WriteLine($"  e.g. {example}");
            }
        }
    }

    private static string Range(SurveyGroup group) => group is { First: { } first, Last: { } last }
        ? $", arrived {first.UtcDateTime:yyyy-MM-dd HH:mm:ss} to {last.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC"
        : "";

    private void WriteObjects(TextWriter output)
    {
        output.WriteLine($"objects      {Units.Count(Objects)}{(DoneBefore > 0 ? $" ({Units.Count(DoneBefore)} more were done before)" : "")}");
        if (Failed)
        {
            output.WriteLine($"unreadable   {Units.Count(ObjectsFailed)} objects, {Units.Count(LinesFailed)} lines");
        }
    }

    private void WriteRemarks(TextWriter output)
    {
        if (Survey.SourceRecords > 0)
        {
            output.WriteLine($"{Units.Count(Survey.SourceRecords)} records are source records from before a transform; a replay sends them as they are");
        }

        if (Survey.CutRecords > 0)
        {
            output.WriteLine($"{Units.Count(Survey.CutRecords)} records stood in lines that are no JSON; they were cut out");
        }
    }
}
