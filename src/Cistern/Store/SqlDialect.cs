namespace Cistern.Store;

/// <summary>How the engine of one store writes what engines write differently. Everything else in our statements is common SQL.</summary>
public abstract class SqlDialect
{
    public abstract string Identifier(string name);

    /// <summary>The n-th parameter, from 1.</summary>
    public abstract string Parameter(int number);

    /// <summary>A moment as microseconds since 1970, a whole number.</summary>
    public abstract string Microseconds(string time);

    public abstract string IntegerDivide(string left, string right);

    /// <summary>The first match of a pattern (RE2), or of its first group; empty if there is none.</summary>
    public abstract string Extract(string text, string pattern, bool group);

    /// <summary>The text with every match of a pattern (RE2) replaced by a blank.</summary>
    public abstract string Blank(string text, string pattern);

    /// <summary>The text without these characters at its ends.</summary>
    public abstract string Trim(string text, string characters);

    /// <summary>Two texts, one behind the other.</summary>
    public abstract string Join(string left, string right);

    /// <summary>Whether a text is like a pattern with % and _ that a backslash escapes.</summary>
    public abstract string Like(string text, string pattern);

    /// <summary>Whether a pattern (RE2) is found in a text.</summary>
    public abstract string Holds(string text, string pattern);

    /// <summary>A column's text with small ASCII letters, if an index finds there what is like a pattern; else null.</summary>
    public virtual string? Indexed(string column) => null;

    /// <summary>The value under a key, or the empty text.</summary>
    public abstract string MapText(string map, string key);

    /// <summary>The number under a key, or NULL.</summary>
    public abstract string MapNumber(string map, string key);

    public abstract string MapSize(string map);

    /// <summary>A map as text: <c>name=value, name=value</c>.</summary>
    public abstract string MapPairs(string map);

    /// <summary>The keys of a map as text: <c>name, name</c>.</summary>
    public abstract string MapNames(string map);

    /// <summary>The number that a text writes, or NULL; what is not finite is no number.</summary>
    public abstract string Number(string text);

    /// <summary>The bytes of a text in UTF-8.</summary>
    public abstract string TextBytes(string text);

    /// <summary>Bytes as text in which everything but printable ASCII is <c>\xNN</c>.</summary>
    public abstract string BytesAsText(string bytes);

    /// <summary>Bytes as an answer shows them: as they are if results tell bytes from text, else in base64.</summary>
    public abstract string BytesShown(string bytes);

    /// <summary>True where the condition is false or unknown, so that a minus sign gives the complement.</summary>
    public abstract string IsNotTrue(string condition);

    /// <summary>Equal, where NULL equals NULL.</summary>
    public abstract string Same(string left, string right);

    public abstract string SumWhere(string value, string condition);

    public abstract string Sum(string value);

    public abstract string Count();

    public abstract string CountWhere(string condition);

    public abstract string Max(string value);

    public abstract string Min(string value);

    /// <summary>The value of the row before; NULL for the first.</summary>
    /// <param name="sequence"><c>PARTITION BY … ORDER BY …</c></param>
    public abstract string Previous(string value, string sequence);

    /// <summary>The largest value of the rows that meet the condition, or NULL.</summary>
    public abstract string MaxWhere(string value, string condition);

    /// <summary>The smallest value of the rows that meet the condition, or NULL.</summary>
    public abstract string MinWhere(string value, string condition);

    /// <summary>A text with <c>%XX</c> resolved once. What is no valid escape stays, and so does a text that would not be UTF-8.</summary>
    public abstract string PercentDecode(string text);

    public abstract string CountDistinct(string value);

    /// <summary>A number that stands for several texts together: two of a million different ones are the same in one of ten million cases.</summary>
    public abstract string Fingerprint(params string[] texts);

    /// <summary>The value below which a share of the values lie, estimated.</summary>
    public abstract string Quantile(string value, double share);
}
