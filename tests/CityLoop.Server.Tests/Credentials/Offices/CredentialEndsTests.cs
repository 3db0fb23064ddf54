using CityLoop.Server.City;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Credentials.Offices;

/// <summary>How long a credential holds.</summary>
public sealed class CredentialEndsTests(TestCity city) : IClassFixture<TestCity>
{
    readonly CredentialHolder _person = new(city);

    [Fact]
    public async Task A_credential_ends_with_its_line_in_the_register_at_the_latest()
    {
        city.Clock.Advance(TimeSpan.FromDays(360));
        var today = city.Get<CityClock>().Today;

        var last = (await _person.IssueAsync(Cast.ChenATu, "low-income"))!;
        last.Until.ShouldBeLessThan(city.Clock.GetUtcNow().AddDays(7));
        city.Clock.Set(last.Until);

        (await _person.IssueAsync(Cast.ChenATu, "low-income")).ShouldBeNull($"the line ended after {today}");
    }
}
