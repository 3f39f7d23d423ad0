using Cistern.Tests.Query;

namespace Cistern.Tests.Browser;

/// <summary>The same site on ClickHouse, so that every test of the dashboard is also one of the other store.</summary>
public sealed class ClickHouseBrowserSite() : BrowserSite(TestStore.ClickHouse);

public sealed class ClickHouseCloudWatchLogsSite() : CloudWatchLogsSite(TestStore.ClickHouse);

public sealed class ClickHouseLocalStreamsSite() : LocalStreamsSite(TestStore.ClickHouse);

public sealed class ClickHouseMetricSite() : MetricSite(TestStore.ClickHouse);

[CollectionDefinition(Name)]
public sealed class ClickHouseBrowserTests : ICollectionFixture<ClickHouseBrowserSite>
{
    public const string Name = "browser on ClickHouse";
}

[Collection(ClickHouseBrowserTests.Name)]
public sealed class AgentsOnClickHouseTests(ClickHouseBrowserSite site) : AgentsTests(site);

[Collection(ClickHouseBrowserTests.Name)]
public sealed class CloudWatchLogsOnClickHouseTests(ClickHouseBrowserSite site, ClickHouseCloudWatchLogsSite logs) : CloudWatchLogsTests(site, logs), IClassFixture<ClickHouseCloudWatchLogsSite>;

[Collection(ClickHouseBrowserTests.Name)]
public sealed class HostileOnClickHouseTests(ClickHouseBrowserSite site) : HostileTests(site);

[Collection(ClickHouseBrowserTests.Name)]
public sealed class LocalStreamsOnClickHouseTests(ClickHouseBrowserSite site, ClickHouseLocalStreamsSite local) : LocalStreamsTests(site, local), IClassFixture<ClickHouseLocalStreamsSite>;

[Collection(ClickHouseBrowserTests.Name)]
public sealed class LogsOnClickHouseTests(ClickHouseBrowserSite site) : LogsTests(site);

[Collection(ClickHouseBrowserTests.Name)]
public sealed class LookOnClickHouseTests(ClickHouseBrowserSite site) : LookTests(site);

[Collection(ClickHouseBrowserTests.Name)]
public sealed class MetricsOnClickHouseTests(ClickHouseBrowserSite site, ClickHouseMetricSite metrics) : MetricsTests(site, metrics), IClassFixture<ClickHouseMetricSite>;

[Collection(ClickHouseBrowserTests.Name)]
public sealed class OverviewOnClickHouseTests(ClickHouseBrowserSite site) : OverviewTests(site);

[Collection(ClickHouseBrowserTests.Name)]
public sealed class PagesOnClickHouseTests(ClickHouseBrowserSite site) : PagesTests(site);

[Collection(ClickHouseBrowserTests.Name)]
public sealed class ReferralsOnClickHouseTests(ClickHouseBrowserSite site) : ReferralsTests(site);

[Collection(ClickHouseBrowserTests.Name)]
public sealed class ReportOnClickHouseTests(ClickHouseBrowserSite site) : ReportTests(site);

[Collection(ClickHouseBrowserTests.Name)]
public sealed class RulesOnClickHouseTests(ClickHouseBrowserSite site) : RulesTests(site);

[Collection(ClickHouseBrowserTests.Name)]
public sealed class SetupOnClickHouseTests(ClickHouseBrowserSite site) : SetupTests(site);

[Collection(ClickHouseBrowserTests.Name)]
public sealed class SignInOnClickHouseTests(ClickHouseBrowserSite site) : SignInTests(site);

[Collection(ClickHouseBrowserTests.Name)]
public sealed class TrafficOnClickHouseTests(ClickHouseBrowserSite site) : TrafficTests(site);
