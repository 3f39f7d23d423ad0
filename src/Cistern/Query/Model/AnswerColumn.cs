using Cistern.Query.Catalogue;
using Cistern.Store;

namespace Cistern.Query.Model;

/// <summary>A column of an answer: what it is called, what it holds, and where it stands in the engine's result.</summary>
/// <param name="ZeroWhenEmpty">A bucket without rows shows 0 instead of null.</param>
internal sealed record AnswerColumn(string Name, string Type, string? Unit, int Source, bool IsBucket = false, bool ZeroWhenEmpty = false);

/// <summary>The columns of the answer to a question, in the order of the answer.</summary>
internal static class AnswerColumns
{
    public static IReadOnlyList<AnswerColumn> Of(Question question, IReadOnlyList<ResultColumn> result)
    {
        var columns = new List<AnswerColumn>();
        var source = question.Buckets is null ? 0 : 1;
        foreach (var field in question.Dimensions)
        {
            columns.Add(new(field.Name, TypeOf(result[source].Kind), null, source++));
        }

        if (question.Buckets is not null)
        {
            columns.Insert(Math.Min(question.TimePlace, columns.Count), new("time", "time", null, 0, IsBucket: true));
        }

        foreach (var measure in question.Measures)
        {
            source = AddMeasure(columns, question, measure, result, source);
        }

        return columns;
    }

    /// <summary>The name of a kind in answers and in the catalogue.</summary>
    public static string TypeOf(ResultKind kind) => kind switch
    {
        ResultKind.Boolean => "boolean",
        ResultKind.Integer => "integer",
        ResultKind.Double or ResultKind.Decimal => "number",
        ResultKind.Time => "time",
        ResultKind.Text => "text",
        ResultKind.Bytes => "bytes",
        ResultKind.List => "list",
        ResultKind.Map => "map",
    };

    private static int AddMeasure(List<AnswerColumn> columns, Question question, Measure measure, IReadOnlyList<ResultColumn> result, int source)
    {
        var unit = CatalogueNames.Of(measure.Unit);
        var zero = measure.Kind == MeasureKind.Count;
        columns.Add(new(measure.Name, TypeOf(result[source].Kind), unit, source++, ZeroWhenEmpty: zero));
        if (question.Compare && measure.Kind != MeasureKind.Moment)
        {
            columns.Add(new($"{measure.Name}_before", TypeOf(result[source].Kind), unit, source++, ZeroWhenEmpty: zero));
            columns.Add(new($"{measure.Name}_change", "number", CatalogueNames.Of(Unit.Ratio), source++));
        }

        return source;
    }
}
