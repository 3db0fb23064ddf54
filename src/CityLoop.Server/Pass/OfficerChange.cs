namespace CityLoop.Server.Pass;

/// <summary>What an officer did or asks for, with who decided on it; whatever it is that was asked.</summary>
/// <param name="Title">The kind of change, in the reader's language.</param>
/// <param name="Content">All that it says; null where the title says it all.</param>
public sealed record OfficerChange(
    string Id, string Title, string Detail, object? Content, Guid AskedBy, DateTimeOffset AskedAt, Guid? DecidedBy,
    DateTimeOffset? DecidedAt, bool? IsApproved);
