namespace CityLoop.Server.Pass;

/// <summary>The way in by which a session began.</summary>
enum SignInMethod
{
    /// <summary>A one-time code that reached the person's contact.</summary>
    Code,

    /// <summary>A passkey, unlocked by face, finger or PIN.</summary>
    Passkey,
}
