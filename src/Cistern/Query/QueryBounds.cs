using Cistern.Operations.Settings;
using Cistern.Store;

namespace Cistern.Query;

/// <summary>Every limit of a question, with its reason. <c>docs/api.md</c> and <c>docs/filters.md</c> name them too.</summary>
internal static class QueryBounds
{
    /// <summary>Characters of <c>where</c>: a screen full; the browser keeps it in the address.</summary>
    public const int FilterLengthMax = 4096;

    /// <summary>Parentheses and minus signs within each other: bounds the stack of the parser and of the engine.</summary>
    public const int FilterDepthMax = 16;

    /// <summary>Tests in one <c>where</c>, each alternative counted: bounds the statement.</summary>
    public const int FilterTermsMax = 200;

    /// <summary>Points of a series: more than a screen has columns of pixels.</summary>
    public const int PointsMax = 2_000;

    /// <summary>Rows of one answer of <c>/api/query</c> and one page of <c>/api/rows</c>.</summary>
    public const int RowsMax = 10_000;

    /// <summary>Groups, or series, if the question does not say.</summary>
    public const int LimitDefault = 100;

    /// <summary>Rows of a page, if the question does not say.</summary>
    public const int PageDefault = 100;

    /// <summary>Characters of a key of a map: stored ones are shorter.</summary>
    public const int KeyLengthMax = 1024;

    /// <summary>Measures, dimensions and facets of one question.</summary>
    public const int NamesMax = 32;

    /// <summary>Values of a facet.</summary>
    public const int FacetValuesMax = 1_000;

    public const int FacetValuesDefault = 10;

    /// <summary>Rows that <c>/api/fields</c> looks at.</summary>
    public const int FieldRowsMax = 10_000;

    /// <summary>Bytes after which a page of rows ends although it could hold more: the next one goes on.</summary>
    public const int PageBytes = 8 * 1024 * 1024;

    /// <summary>Characters of the texts of one look of a tail. More are counted as skipped.</summary>
    public const int TailCharacters = 4 * 1024 * 1024;

    /// <summary>Bytes of a body of <c>/api/query</c>.</summary>
    public const int ModelBytesMax = 64 * 1024;

    /// <summary>Bytes of a statement.</summary>
    public const int SqlBytesMax = SqlVerdict.BytesMax;

    /// <summary>Bytes of an answer. It is kept until it is whole, so that a failure is always a status and never a torn body.</summary>
    public const int AnswerBytesMax = 32 * 1024 * 1024;

    /// <summary>Bytes after which a page of an export is sent although it could hold more rows.</summary>
    public const int ExportPageBytes = 4 * 1024 * 1024;

    /// <summary>Days that <c>/api/gaps</c> looks for gaps in; it reads the four weeks before each of them too.</summary>
    public const int GapDaysMax = 7;

    /// <summary>A change is hidden if there was less than this before: it would be noise.</summary>
    public const int ChangeSupportMin = 20;
}

/// <summary>What an operator may change about questions.</summary>
internal sealed record QuestionLimits
{
    /// <summary>How long a panel's question, a page or a facet may run.</summary>
    public TimeSpan PanelTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a statement of <c>/api/sql</c> may run.</summary>
    public TimeSpan SqlTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many rows a statement of <c>/api/sql</c> may give.</summary>
    public long SqlRows { get; init; } = 10_000;

    /// <summary>How many tails may be open at a time.</summary>
    public int MaxTails { get; init; } = 32;

    /// <summary>How many rows an export may give.</summary>
    public int ExportRows { get; init; } = 1_000_000;

    /// <summary>From how many different conditions in its measures on the rows of a question are added up first: where it becomes the faster way.</summary>
    public int FoldFrom { get; init; } = 4;

    /// <summary>The part of a server's settings that bounds what may be asked.</summary>
    public static QuestionLimits From(QuerySettings settings) => new()
    {
        PanelTime = settings.PanelTimeout,
        SqlTime = settings.SqlTimeout,
        SqlRows = settings.MaxRows,
        MaxTails = settings.MaxTails,
        ExportRows = settings.ExportRows,
    };
}
