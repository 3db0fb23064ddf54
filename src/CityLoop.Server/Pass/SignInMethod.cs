namespace CityLoop.Server.Pass;

/// <summary>The way in by which a session began.</summary>
enum SignInMethod
{
    /// <summary>A one-time code: sent to the person's contact, on their paper, or from a counter.</summary>
    Code,

    /// <summary>A passkey, unlocked by face, finger or PIN.</summary>
    Passkey,
}
