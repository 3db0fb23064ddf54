namespace CityLoop.Server.Credentials.SdJwts;

/// <summary>Why a presentation is not believed, in order of precedence: the first rule that it breaks.</summary>
enum SdJwtRefusal
{
    /// <summary>It is believed.</summary>
    None,

    /// <summary>No credential with its disclosures and a key binding, in the sizes that we read.</summary>
    NotWellFormed,

    /// <summary>There is no signature by the holder at all.</summary>
    KeyBindingMissing,

    /// <summary>Another kind of token, another algorithm, or an extension that we do not know.</summary>
    NotACredential,

    /// <summary>No key of the office that it names signed it.</summary>
    NotSignedByIssuer,

    /// <summary>It is not by the office that was expected.</summary>
    OtherIssuer,

    /// <summary>It is not of the kind that was expected.</summary>
    OtherType,

    /// <summary>Its digests are not of SHA-256.</summary>
    OtherDigest,

    /// <summary>One digest stands in it twice.</summary>
    DigestTwice,

    /// <summary>A disclosure is no salt, name and value.</summary>
    DisclosureNotWellFormed,

    /// <summary>A field has a name that means something to the protocol.</summary>
    FieldNameReserved,

    /// <summary>The office did not sign this disclosure.</summary>
    DisclosureNotSigned,

    /// <summary>One field is there twice.</summary>
    FieldTwice,

    /// <summary>It does not hold yet.</summary>
    NotYetValid,

    /// <summary>It holds no more, or for ever.</summary>
    Expired,

    /// <summary>It is bound to no key: anybody could show it.</summary>
    HolderKeyMissing,

    /// <summary>The key binding is not signed with the holder's key.</summary>
    NotSignedByHolder,

    /// <summary>It was made for another reader.</summary>
    OtherAudience,

    /// <summary>It answers another question.</summary>
    OtherNonce,

    /// <summary>It was made too long ago, or in the future.</summary>
    NotFresh,

    /// <summary>It was made for other disclosures.</summary>
    OtherDisclosures,

    /// <summary>Whether it was revoked cannot be seen.</summary>
    StatusUnknown,

    /// <summary>The office has taken it back.</summary>
    Revoked,
}
