using CityLoop.Server.SignOn;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace CityLoop.Server.Tests.SignOn;

public sealed class IssuerTests
{
    [Theory]
    [InlineData("https://pass.example.org", "https://pass.example.org")]
    [InlineData("https://pass.example.org/", "https://pass.example.org")]
    [InlineData("", "http://elsewhere.example:81")]
    public void A_city_with_a_public_address_signs_by_that_name_whatever_it_was_called(string known, string signs)
    {
        var settings = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("Web:PublicAddress", (string?)known)]).Build();
        var context = new DefaultHttpContext();
        (context.Request.Scheme, context.Request.Host) = ("http", new HostString("elsewhere.example:81"));

        new Issuer(settings).Of(context.Request).ShouldBe(signs);
    }
}
