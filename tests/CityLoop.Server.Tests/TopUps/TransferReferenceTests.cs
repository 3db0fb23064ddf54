using CityLoop.Server.TopUps;

namespace CityLoop.Server.Tests.TopUps;

public sealed class TransferReferenceTests
{
    /// <summary>The standard's own arithmetic: RF18 539007547034 of ISO 11649's annex, cut to its digits.</summary>
    [Fact]
    public void The_check_digits_are_those_of_the_standard() =>
        TransferReference.Of("539007547034").ShouldBe("RF18539007547034");

    [Fact]
    public void One_wrong_digit_or_two_exchanged_ones_make_no_reference()
    {
        for (var round = 0; round < 200; round++)
        {
            var reference = TransferReference.New();
            TransferReference.IsValid(reference).ShouldBeTrue(reference);
            for (var at = 2; at < reference.Length; at++)
            {
                for (var digit = '0'; digit <= '9'; digit++)
                    if (digit != reference[at])
                        TransferReference.IsValid(reference[..at] + digit + reference[(at + 1)..]).ShouldBeFalse();
                if (at + 1 < reference.Length && reference[at] != reference[at + 1])
                    TransferReference.IsValid(
                        reference[..at] + reference[at + 1] + reference[at] + reference[(at + 2)..]).ShouldBeFalse();
            }
        }
    }

    [Theory]
    [InlineData("儲值 {0} 林美玲")]
    [InlineData("ref:{0}.")]
    [InlineData("/ROC/{0}//")]
    public void It_is_found_in_what_a_payer_writes_as_a_page_or_a_bank_writes_it(string said)
    {
        var reference = TransferReference.Of("0123456789");
        foreach (var written in new[]
        {
            reference, TransferReference.Written(reference), reference.ToLowerInvariant(),
            string.Join('-', reference.Chunk(4).Select(c => new string(c))),
            string.Concat(reference.Select(c => (char)(c + 0xFEE0))),
        })
            TransferReference.In([said.Replace("{0}", written, StringComparison.Ordinal)]).ShouldBe(reference, written);
    }

    [Fact]
    public void Two_different_ones_are_none_and_the_same_twice_is_one()
    {
        var (one, other) = (TransferReference.Of("0123456789"), TransferReference.Of("9876543210"));
        TransferReference.In([one, other]).ShouldBeNull();
        TransferReference.In([one, $"{one} again"]).ShouldBe(one);
        TransferReference.In(["", "RF", "RF00", "thanks"]).ShouldBeNull();
    }
}
