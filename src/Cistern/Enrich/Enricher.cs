using Cistern.Enrich.Kinds;
using Cistern.Enrich.Naming;
using Cistern.Enrich.Proof;
using Cistern.Enrich.Referrals;
using Cistern.Enrich.Rules;
using Cistern.Enrich.Signatures;
using Cistern.Formats;
using Cistern.Formats.Columns;
using Cistern.Formats.Deliveries;

namespace Cistern.Enrich;

/// <summary>Sets what the rules say of each request: <see cref="Columns"/>.</summary>
/// <remarks>One for each thread that decodes. It allocates nothing for a row, unless the row is signed.</remarks>
internal sealed class Enricher(RuleStore rules)
{
    private const long MicrosPerSecond = 1_000_000;

    // User agents that are looked for at the same time.
    private const int RowsAtOnce = 32;

    // More lists of one address than any operator publishes.
    private const int ListsMax = 8;

    // Before the places, which add to them.
    private static readonly List<int> s_reads = [];
    private static readonly List<int> s_sets = [];

    private static readonly int Time = Reading("time");
    private static readonly int Host = Reading("host");
    private static readonly int ClientIp = Reading("client_ip");
    private static readonly int Method = Reading("method");
    private static readonly int Path = Reading("path");
    private static readonly int Query = Reading("query");
    private static readonly int UserAgent = Reading("user_agent");
    private static readonly int Referer = Reading("referer");
    private static readonly int ContentType = Reading("content_type");
    private static readonly int Headers = Reading("cs_headers");
    private static readonly int HeaderNames = Reading("cs_header_names");
    private static readonly int Kind = Setting("kind");
    private static readonly int Class = Setting("class");
    private static readonly int Agent = Setting("agent");
    private static readonly int Operator = Setting("operator");
    private static readonly int Proof = Setting("proof");
    private static readonly int AiSource = Setting("ai_source");
    private static readonly int Robots = Setting("robots");
    private static readonly int Arrival = Setting("arrival");

    private ColumnBatch _batch = null!;
    private RuleSet _rules = null!;
    private bool _addressIsKept;
    private byte[] _scratch = new byte[1024];

    /// <summary>The places of the columns that rows are judged by.</summary>
    public static IReadOnlyList<int> Reads => s_reads;

    /// <summary>The places of the columns that it sets: the rule columns.</summary>
    public static IReadOnlyList<int> Sets => s_sets;

    /// <summary>The names of these.</summary>
    public static IReadOnlyList<string> Columns => [.. s_sets.Select(place => Tables.Requests.Columns[place].Name)];

    /// <summary>The version of the rules that the last rows were judged by.</summary>
    public RuleVersion Version => _rules.Version;

    /// <summary>Sets the columns of the rows that lack them; rows that have them stay as they are.</summary>
    /// <param name="privacy">What became of addresses: one that was changed proves nothing.</param>
    public void Enrich(ColumnBatch requests, PrivacyRules privacy) => Enrich(requests, rules.Current, privacy.ClientAddress == PrivacyAction.Keep);

    /// <summary>The same by rules that were taken before: for rows that are stored.</summary>
    /// <param name="addressIsKept">Whether an address that can be read is the reader's.</param>
    public void Enrich(ColumnBatch requests, RuleSet inForce, bool addressIsKept)
    {
        (_batch, _rules, _addressIsKept) = (requests, inForce, addressIsKept);

        // Every row has a kind, so that the column says how far it was done.
        for (var row = _batch.Text(Kind).Count; row < _batch.RowCount; row += RowsAtOnce)
        {
            EnrichRows(row, Math.Min(RowsAtOnce, _batch.RowCount - row));
        }
    }

    private static int Reading(string column) => Place(column, s_reads);

    private static int Setting(string column) => Place(column, s_sets);

    private static int Place(string column, List<int> places)
    {
        places.Add(Tables.Requests.PlaceOf(column));
        return places[^1];
    }

    private void EnrichRows(int first, int count)
    {
        Span<UserAgentCache.Place> places = stackalloc UserAgentCache.Place[RowsAtOnce];
        var userAgents = _batch.Text(UserAgent);
        for (var row = 0; row < count; row++)
        {
            places[row] = _rules.Seen.Prepare(userAgents[first + row]);
        }

        for (var row = 0; row < count; row++)
        {
            EnrichRow(first + row, places[row]);
        }
    }

    private void EnrichRow(int row, in UserAgentCache.Place userAgent)
    {
        var kind = PageKind.Of(_batch.Text(Method)[row], _batch.Text(Path)[row], _batch.Text(ContentType)[row]);
        _batch.Text(Kind).Set(row, kind);
        var isRun = SetReader(row, userAgent, out var agent);
        var isRead = kind.SequenceEqual(PageKind.Page) && _batch.Text(Method)[row].SequenceEqual("GET"u8);
        if (isRead && agent is not null && !_rules.Robots.IsEmpty)
        {
            SetRobots(row, agent);
        }

        var source = _rules.Referrers.Find(_batch.Text(Referer)[row], _batch.Text(Query)[row], _batch.Text(Host)[row], out var isFromOwn);
        if (isRead && IsBrowser(row))
        {
            _batch.Text(Arrival).Set(row, Arrivals.Of(_batch.Text(Headers)[row], isFromOwn));
        }

        if (source >= 0)
        {
            _batch.Text(AiSource).Set(row, _rules.Referrers.ProductOf(source));

            // So that what an operator's agents read and whom its products send stand side by side.
            SetIfAny(Operator, row, isRun ? default : _rules.Referrers.OperatorOf(source));
        }
    }

    // Applications in a person's hands look like people too; a browser's user agent begins with Mozilla/.
    private bool IsBrowser(int row) =>
        _batch.Text(Class)[row].SequenceEqual("human-like"u8) && _batch.Text(Proof)[row].SequenceEqual("none"u8) && _batch.Text(UserAgent)[row].StartsWith("Mozilla/"u8);

    // Among pages robots.txt itself is none.
    private void SetRobots(int row, AgentRule agent)
    {
        var host = _batch.Text(Host)[row];
        if (_rules.Robots.Knows(host))
        {
            SetIfAny(Robots, row, _rules.Robots.Judge(host, _batch.Values<long>(Time).Values[row], agent, RobotsPathOf(row)));
        }
    }

    private ReadOnlySpan<byte> RobotsPathOf(int row)
    {
        var path = _batch.Text(Path)[row];
        var query = _batch.Text(Query)[row];
        path = path.IsEmpty ? "/"u8 : path;
        var most = RobotsPath.LengthMax(path.Length + 1 + query.Length);
        if (_scratch.Length < most)
        {
            _scratch = new byte[most];
        }

        var length = RobotsPath.Encode(path, _scratch);
        if (!query.IsEmpty)
        {
            _scratch[length++] = (byte)'?';
            length += RobotsPath.Encode(query, _scratch.AsSpan(length));
        }

        return _scratch.AsSpan(0, length);
    }

    // True if somebody runs what reads.
    private bool SetReader(int row, in UserAgentCache.Place userAgent, out AgentRule? agent)
    {
        var naming = _rules.UserAgents.Namings[_rules.Seen.Find(_rules.UserAgents, _batch.Text(UserAgent)[row], userAgent)];
        var micros = _batch.Values<long>(Time).Values[row];
        Span<int> lists = stackalloc int[ListsMax];
        var net = FindLists(row, micros, lists, out var addressIsKnown);
        var hasSignature = HasSignature(row);
        var signer = hasSignature ? FindSigner(row, micros) : null;
        var verdict = _rules.Judge.Of(naming, lists[..net], micros, addressIsKnown, hasSignature, signer);
        var shown = verdict.Agent is { } proven && !ReferenceEquals(proven, naming.Agent) ? _rules.NamingOf(proven) : naming;
        agent = shown.Agent;

        _batch.Text(Class).Set(row, shown.ClassName);
        _batch.Text(Proof).Set(row, ProofValues.NameOf(verdict.Proof));
        SetIfAny(Agent, row, shown.AgentName);
        var whose = shown.OperatorName.Length > 0 ? shown.OperatorName : verdict.Operator;
        SetIfAny(Operator, row, whose);
        return whose is { Length: > 0 };
    }

    private void SetIfAny(int column, int row, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            _batch.Text(column).Set(row, value);
        }
    }

    private int FindLists(int row, long micros, Span<int> lists, out bool addressIsKnown)
    {
        addressIsKnown = false;
        if (!_addressIsKept || _rules.Lists.IsEmpty || !NetAddress.TryParse(_batch.Text(ClientIp)[row], out var address))
        {
            return 0;
        }

        addressIsKnown = true;
        return _rules.Lists.Find(address, micros, lists);
    }

    // The names tell it sooner where the log has them.
    private bool HasSignature(int row) =>
        _batch.Text(HeaderNames)[row] is { IsEmpty: false } names ? HeaderText.NamesSignature(names) : HeaderText.NamesSignature(_batch.Text(Headers)[row]);

    private string? FindSigner(int row, long micros) => _rules.Keys.Count == 0 ? null : WebBotAuth.Verify(
        _rules.Keys,
        new SignedRequest { Method = _batch.Text(Method)[row], Host = _batch.Text(Host)[row], Path = _batch.Text(Path)[row], Headers = _batch.Text(Headers)[row] },
        micros / MicrosPerSecond);
}
