namespace Cistern.Transform;

/// <summary>The function itself: an event in, an answer out. One event at a time.</summary>
/// <param name="log">Gets a line for each reason that records failed for.</param>
internal sealed class TransformFunction(TransformSettings settings, Action<string> log)
{
    private const int ReasonsMax = 10;

    private readonly RecordTransformer _transformer = new(settings);
    private readonly Dictionary<string, int> _reasons = new(StringComparer.Ordinal);

    /// <exception cref="System.Text.Json.JsonException">The event is not Firehose's.</exception>
    public ReadOnlyMemory<byte> Transform(ReadOnlyMemory<byte> payload)
    {
        _reasons.Clear();
        _transformer.Begin();
        var records = EventReader.Read(payload.Span);
        using var response = new ResponseWriter(records);
        foreach (var record in records)
        {
            Answer(record, response);
        }

        foreach (var (reason, count) in _reasons)
        {
            log($"{count} records failed: {reason}");
        }

        return response.Finish();
    }

    private void Answer(EventRecord record, ResponseWriter response)
    {
        if (record.Data is null)
        {
            Fail(record.Id, "they have no data that is base64", response);
            return;
        }

        var result = _transformer.Transform(record.Data, out var data, out var reason);
        if (result == RecordResult.Dropped)
        {
            response.Add(record.Id, result);
        }
        else if (result == RecordResult.ProcessingFailed)
        {
            Fail(record.Id, reason, response);
        }
        else if (!response.TryAddOk(record.Id, data.Span))
        {
            Fail(record.Id, $"the answer would be over {ResponseWriter.BytesMax} bytes; give the stream a smaller BufferSizeInMBs for the function", response);
        }
    }

    private void Fail(string id, string reason, ResponseWriter response)
    {
        response.Add(id, RecordResult.ProcessingFailed);
        if (_reasons.Count < ReasonsMax || _reasons.ContainsKey(reason))
        {
            _reasons[reason] = _reasons.GetValueOrDefault(reason) + 1;
        }
    }
}
