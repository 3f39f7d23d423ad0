namespace Cistern.Tests.Query;

/// <summary>On which store a test asks. A class of tests takes it as an argument of its constructor and has an heir that gives the other.</summary>
public enum TestStore
{
    Embedded = 1,
    ClickHouse = 2,
}

internal static class TestStores
{
    /// <summary>Empty tables on that store.</summary>
    public static async Task<PlainTablesStore> OpenAsync(this TestStore kind, params (string Name, string Value)[] engine) =>
        kind == TestStore.ClickHouse ? new ClickHouseTablesStore(await SharedClickHouse.TakeAsync(), engine) : new PlainTablesStore(engine);

    /// <summary>A column of bytes as text, in the SQL of that store.</summary>
    public static string Text(this TestStore kind, string column) => kind == TestStore.ClickHouse ? column : $"decode({column})";
}
