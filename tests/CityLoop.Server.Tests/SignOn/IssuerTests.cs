using CityLoop.Server.SignOn;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace CityLoop.Server.Tests.SignOn;

public sealed class IssuerTests
{
    [Theory]
    [InlineData("https://pass.example.org", "https://pass.example.org")]
    [InlineData("https://pass.example.org/", "https://pass.example.org")]
    public void A_city_with_a_public_address_signs_by_that_name_whatever_it_was_called(string known, string signs) =>
        IssuerOf(known, "elsewhere.example:81").ShouldBe(signs);

    [Theory]
    [InlineData("localhost:5080")]
    [InlineData("LOCALHOST")]
    [InlineData("127.0.0.1:5080")]
    [InlineData("127.9.9.9")]
    [InlineData("[::1]:5080")]
    public void A_city_without_one_signs_by_the_names_of_its_own_machine(string called) =>
        IssuerOf("", called).ShouldBe($"http://{called}");

    [Theory]
    [InlineData("elsewhere.example")]
    [InlineData("192.168.1.5:5080")]
    [InlineData("localhost.elsewhere.example")]
    [InlineData("127.0.0.1.elsewhere.example")]
    [InlineData("[2001:db8::1]")]
    [InlineData("0.0.0.0")]
    [InlineData("")]
    public void And_by_no_other_that_somebody_calls_it(string called) =>
        Should.Throw<BadHttpRequestException>(() => IssuerOf("", called))
            .StatusCode.ShouldBe(StatusCodes.Status421MisdirectedRequest);

    static string IssuerOf(string known, string called)
    {
        var settings = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("Web:PublicAddress", (string?)known)]).Build();
        var context = new DefaultHttpContext();
        (context.Request.Scheme, context.Request.Host) = ("http", new HostString(called));
        return new Issuer(settings).Of(context.Request);
    }
}
