using System.Text;
using CityLoop.Server.Carbon;

namespace CityLoop.Server.Tests.Carbon;

public sealed class SignedMessageTests
{
    static readonly byte[] Key = Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef");
    static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    /// <summary>The same by openssl and by Python's hmac: see the commands of docs/reference/carbon.md.</summary>
    [Fact]
    public void The_signature_is_the_one_that_other_programs_make() =>
        Message().Signatures.ShouldBe("v1,4clYQkrZhrAeCMAbeBK+TSXbeXAFCWxZTGk1REtf+2Y=");

    [Fact]
    public void A_signature_may_stand_beside_those_of_older_keys()
    {
        var message = Message();
        var several = message with { Signatures = $"v1,AAAA v1a,BBBB {message.Signatures}" };

        several.Check(Key, At).ShouldBe(SignatureOutcome.Fine);
        (several with { Signatures = "v1,AAAA v1a,BBBB" }).Check(Key, At)
            .ShouldBe(SignatureOutcome.SignatureIsNotValid);
    }

    [Theory]
    [InlineData("")]
    [InlineData("now")]
    [InlineData("-5")]
    [InlineData("99999999999999999999")]
    [InlineData("9223372036854775807")]
    public void A_timestamp_that_is_no_time_is_not_fresh_even_when_signed(string timestamp)
    {
        var signed = SignedMessage.Sign("p", Key, "m1." + timestamp, At, []);
        // The signature is over id.timestamp.body: moving the point keeps it valid for the other reading.
        var moved = signed with { Id = "m1", Timestamp = $"{timestamp}.{signed.Timestamp}" };

        moved.Check(Key, At).ShouldBe(SignatureOutcome.TimestampIsNotFresh);
    }

    static SignedMessage Message() =>
        SignedMessage.Sign("p", Key, "m1", At, Encoding.UTF8.GetBytes("{\"code\":\"ABCD-2345\"}"));
}
