using System.Text;

namespace Cistern.Formats.CloudFront;

/// <summary>Lists that were understood before: a stream sends the same one with every delivery.</summary>
internal sealed class FieldListCache
{
    private const int ListsMax = 64;

    private readonly Dictionary<string, LinePlan> _configured = new(StringComparer.Ordinal);
    private byte[] _statedText = [];
    private LinePlan? _stated;

    public LinePlan Configured(string list)
    {
        if (_configured.TryGetValue(list, out var plan))
        {
            return plan;
        }

        if (_configured.Count == ListsMax)
        {
            _configured.Clear(); // A sender that changes its list with every delivery must not fill the memory.
        }

        return _configured[list] = FieldList.Parse(list);
    }

    public LinePlan Stated(ReadOnlySpan<byte> list)
    {
        if (_stated is null || !list.SequenceEqual(_statedText))
        {
            _statedText = list.ToArray();
            _stated = FieldList.Parse(Encoding.UTF8.GetString(list)).Stated();
        }

        return _stated;
    }
}
