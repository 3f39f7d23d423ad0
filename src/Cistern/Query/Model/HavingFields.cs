using Cistern.Query.Catalogue;
using Cistern.Query.Filter;

namespace Cistern.Query.Model;

/// <summary>What <c>having</c> tests: the measures of the question, by the names that <see cref="QueryWriter"/> gives their columns.</summary>
internal static class HavingFields
{
    /// <param name="compared">Also <c>NAME_before</c> and <c>NAME_change</c>, which a series has only by points.</param>
    public static FilterSubject Of(IReadOnlyList<Measure> measures, bool compared)
    {
        QueryField[] fields = [.. measures.SelectMany((measure, place) => Of(measure, place, compared))];
        return new()
        {
            Name = "having",
            FieldName = "measure",
            Find = name => Array.Find(fields, field => field.Name == name),
            Names = fields.Select(field => field.Name),
            Remedy = $"; it tests the measures of the question: {string.Join(", ", fields.Select(field => field.Name))}",
        };
    }

    private static IEnumerable<QueryField> Of(Measure measure, int place, bool compared)
    {
        var kind = measure.Kind == MeasureKind.Moment ? FieldKind.Time : FieldKind.Number;
        var isCount = measure.Kind == MeasureKind.Count;
        yield return new(measure.Name, kind, measure.Description, _ => $"m{place}") { ZeroIsNothing = isCount };
        if (compared && measure.Kind != MeasureKind.Moment)
        {
            yield return new($"{measure.Name}_before", kind, measure.Description, _ => $"before{place}") { ZeroIsNothing = isCount };
            yield return new($"{measure.Name}_change", kind, measure.Description, _ => $"change{place}");
        }
    }
}
