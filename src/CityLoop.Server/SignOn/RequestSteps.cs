using System.Security.Claims;
using CityLoop.Server.Pass;

namespace CityLoop.Server.SignOn;

/// <summary>What is still to be done before a service gets its answer, in order.</summary>
enum NextStep
{
    SignIn,
    RaiseLevel,
    Agree,
    Answer,
}

/// <summary>Where a wish stands: the next step, and what is known of who is to take it.</summary>
/// <param name="Until">Until when the person has agreed, at the last step.</param>
sealed record Standing(NextStep Step, SignInProof? Proof, DateTimeOffset Until);

/// <summary>Decides what a service's wish still needs from the person in this browser.</summary>
sealed class RequestSteps(SignInProofs proofs, Consents consents)
{
    public async Task<Standing> NextAsync(
        WaitingRequest waiting, Service service, ClaimsPrincipal who, CancellationToken cancellation)
    {
        var asked = waiting.Asked;
        var proof = who.FindPersonId() is null ? null : await proofs.OfAsync(who.SessionId(), cancellation);
        if (proof is null || !IsFresh(waiting, proof))
            return new Standing(NextStep.SignIn, proof, default);
        if ((int)proof.Level < asked.LevelMin)
            return new Standing(NextStep.RaiseLevel, proof, default);
        var until = await consents.UntilAsync(proof.Person, service, asked.Scopes, cancellation);
        return until is null || (asked.AsksConsent && waiting.ConsentedBy != proof.Person)
            ? new Standing(NextStep.Agree, proof, default)
            : new Standing(NextStep.Answer, proof, until.Value);
    }

    // A sign-in makes a new session, so "anew" is another one than the browser came with. Ages are counted from when
    // the wish came: who reads slowly must not be sent in a circle.
    static bool IsFresh(WaitingRequest waiting, SignInProof proof) =>
        (!waiting.Asked.AsksToSignIn
            || (proof.Session != waiting.SessionBefore && proof.SignedInAt >= waiting.OpenedAt))
        && (waiting.Asked.AgeMax is not { } seconds
            || proof.SignedInAt >= waiting.OpenedAt.AddSeconds(-seconds));
}
