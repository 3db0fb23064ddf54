using CityLoop.Server.Pass;

namespace CityLoop.Server.Tests.Pass;

public sealed class ContactTests
{
    [Theory]
    [InlineData("meiling@example.org", "meiling@example.org")]
    [InlineData("  MeiLing@Example.ORG ", "meiling@example.org")]
    [InlineData("ｍｅｉｌｉｎｇ＠example.org", "meiling@example.org")]
    [InlineData("0912 345 678", "+886912345678")]
    [InlineData("0912-345-678", "+886912345678")]
    [InlineData("０９１２３４５６７８", "+886912345678")]
    [InlineData("+886 912 345 678", "+886912345678")]
    [InlineData("+81 90-1234-5678", "+819012345678")]
    public void One_contact_is_one_person_however_it_is_typed(string typed, string read) =>
        Contact.Read(typed)!.Value.ShouldBe(read);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("meiling")]
    [InlineData("meiling@")]
    [InlineData("@example.org")]
    [InlineData("meiling@localhost")]
    [InlineData("a@b.org, c@d.org")]
    [InlineData("a@b.org\nBcc: c@d.org")]
    [InlineData("Lin <a@b.org>")]
    [InlineData("12345")]
    [InlineData("912345678")]
    [InlineData("0912345678+1")]
    [InlineData("+12345678901234567")]
    [InlineData("0912x345678")]
    public void What_reaches_nobody_is_no_contact(string? typed) => Contact.Read(typed).ShouldBeNull();

    [Fact]
    public void A_contact_of_a_thousand_letters_is_none() =>
        Contact.Read(new string('a', 1000) + "@example.org").ShouldBeNull();

    [Fact]
    public void A_contact_that_is_printed_by_mistake_tells_little()
    {
        Contact.Read("meiling@example.org")!.ToString().ShouldBe("m•••@example.org");
        Contact.Read("0912345678")!.ToString().ShouldBe("•••678");
    }
}
