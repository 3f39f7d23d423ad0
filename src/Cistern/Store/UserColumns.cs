using Cistern.Formats.Columns;

namespace Cistern.Store;

/// <summary>The columns of a table as a user sees them.</summary>
internal static class UserColumns
{
    // The two columns that hold a request's id are joined by the store into the text that CloudFront wrote.
    private const string RequestId = "request_id";
    private const string RequestIdText = "request_id_text";

    public static IEnumerable<ColumnSpec> Of(TableSchema table) => table.Columns
        .Where(column => column.Name != RequestIdText)
        .Select(column => column.Name == RequestId
            ? new ColumnSpec(RequestId, ColumnType.Text, "The request's id as CloudFront wrote it (field 13 x-edge-request-id).", column.Since)
            : column);
}
