namespace Cistern.Store.ClickHouse.Schema;

/// <summary>What a server has of our tables.</summary>
/// <param name="HasDatabase">The database is there.</param>
/// <param name="Tables">Tables and views by name.</param>
/// <param name="Columns">The columns of each.</param>
internal sealed record ExistingTables(bool HasDatabase, IReadOnlyDictionary<string, ExistingTable> Tables, IReadOnlySet<(string Table, string Column)> Columns);

/// <param name="Engine">The engine with its clauses, as ClickHouse writes them.</param>
/// <param name="Statement">What makes it, as ClickHouse writes it.</param>
/// <param name="Comment">What we wrote with it.</param>
internal sealed record ExistingTable(string Engine, string Statement, string Comment);
