using System.Globalization;

namespace Cistern.Query.News;

/// <summary>How news are written: a kind's name, one sentence, and the filter that leads to the rows.</summary>
internal static class NewsText
{
    public static string NameOf(NewsKind kind) => kind switch
    {
        NewsKind.Impostor => "impostor",
        NewsKind.NewAgent => "new-agent",
        NewsKind.Silent => "silent",
        NewsKind.Spike => "spike",
        NewsKind.NewBot => "new-bot",
    };

    public static string SentenceOf(NewsItem item)
    {
        var (name, requests) = (Who(item.Reader), Count(item.Requests));
        return item.Kind switch
        {
            NewsKind.Impostor => $"{requests} claimed for the first time to be {name} from outside of its operator's addresses",
            NewsKind.NewAgent => $"{name} came for the first time: {requests}",
            NewsKind.Silent => $"{name} did not come, after {Count(item.Before ?? 0)} in the time before",
            NewsKind.Spike => $"{name} made {requests} within an hour, {(item.Before > 0 ? $"{Number(item.Requests / item.Before.Value)} times as many as usual at that hour" : "at which it usually does not come")}",
            NewsKind.NewBot => $"{name}, which no rule names, came for the first time: {requests}",
        };
    }

    public static string FilterOf(NewsItem item) => item.Kind switch
    {
        NewsKind.NewBot => $"bot_name:{Value(item.Reader.Name)} agent:\"\"",
        NewsKind.Impostor => $"agent:{Value(item.Reader.Name)} proof:mismatch",
        NewsKind.NewAgent or NewsKind.Silent or NewsKind.Spike => $"agent:{Value(item.Reader.Name)}",
    };

    private static string Who(Reader reader) => reader.Operator.Length > 0 && reader.Operator != reader.Name ? $"{reader.Name} of {reader.Operator}" : reader.Name;

    private static string Count(double requests) => Math.Round(requests) is 1 ? "1 request" : $"{Number(Math.Round(requests))} requests";

    private static string Number(double number) => number.ToString(number < 10 ? "0.#" : "0", CultureInfo.InvariantCulture);

    // Names are what strangers send: in quotes nothing in them is a sign of the filter's grammar.
    private static string Value(string name) => name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
        ? name
        : $"\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
