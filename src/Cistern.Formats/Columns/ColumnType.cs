namespace Cistern.Formats.Columns;

/// <summary>How the values of a column are held. The names are part of the schema's documentation; the numbers are not stored.</summary>
public enum ColumnType
{
    /// <summary>A nullable truth value.</summary>
    Boolean = 1,

    /// <summary>A nullable 32-bit integer.</summary>
    Int32 = 2,

    /// <summary>A nullable 64-bit integer.</summary>
    Int64 = 3,

    /// <summary>A nullable double, in the unit that the column's description names (seconds unless it says otherwise).</summary>
    Double = 4,

    /// <summary>A nullable moment: microseconds since 1970-01-01 UTC, a whole number of milliseconds.</summary>
    Timestamp = 5,

    /// <summary>UTF-8 text; what the source left out is the empty string, never NULL.</summary>
    Text = 6,

    /// <summary>Bytes; what the source left out is empty.</summary>
    Blob = 7,

    /// <summary>A map from text to text; empty where the source has none.</summary>
    TextMap = 8,

    /// <summary>A map from text to double; empty where the source has none.</summary>
    DoubleMap = 9,
}
