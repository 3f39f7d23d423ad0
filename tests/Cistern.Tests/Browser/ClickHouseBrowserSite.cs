using Cistern.Tests.Query;

namespace Cistern.Tests.Browser;

/// <summary>The same site on ClickHouse.</summary>
public sealed class ClickHouseBrowserSite : BrowserSite
{
    private protected override async Task<string> AddressAsync() => (await SharedClickHouse.EngineAsync()).NewAddress();
}

/// <summary>Screens that ask in many ways, on the other store too.</summary>
[CollectionDefinition(Name)]
public sealed class ClickHouseBrowserTests : ICollectionFixture<ClickHouseBrowserSite>
{
    public const string Name = "browser on ClickHouse";
}

[Collection(ClickHouseBrowserTests.Name)]
public sealed class OverviewOnClickHouseTests(ClickHouseBrowserSite site) : OverviewTests(site);

[Collection(ClickHouseBrowserTests.Name)]
public sealed class TrafficOnClickHouseTests(ClickHouseBrowserSite site) : TrafficTests(site);

[Collection(ClickHouseBrowserTests.Name)]
public sealed class LogsOnClickHouseTests(ClickHouseBrowserSite site) : LogsTests(site);

[Collection(ClickHouseBrowserTests.Name)]
public sealed class PagesOnClickHouseTests(ClickHouseBrowserSite site) : PagesTests(site);

[Collection(ClickHouseBrowserTests.Name)]
public sealed class ReferralsOnClickHouseTests(ClickHouseBrowserSite site) : ReferralsTests(site);
