using Microsoft.AspNetCore.Identity;

namespace CityLoop.Server.Pass;

/// <summary>
/// What the framework's passkey handler needs of a person store. People are made by <see cref="OfContactAsync"/>
/// or <see cref="MakeAsync"/> and
/// changed by <see cref="RenameAsync"/>; the framework's own roads for that stay closed.
/// </summary>
sealed partial class PersonStore
{
    public Task<string> GetUserIdAsync(Person user, CancellationToken cancellationToken) =>
        Task.FromResult(user.Id.ToString());

    public Task<string?> GetUserNameAsync(Person user, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(user.Id.ToString());

    public Task<string?> GetNormalizedUserNameAsync(Person user, CancellationToken cancellationToken) =>
        GetUserNameAsync(user, cancellationToken);

    public async Task<Person?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        Guid.TryParse(userId, out var id) ? await FindAsync(new PersonId(id), cancellationToken) : null;

    public Task<Person?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) =>
        FindByIdAsync(normalizedUserName, cancellationToken);

    // UserManager saves the person after each passkey; the passkey's own row is already written then.
    public Task<IdentityResult> UpdateAsync(Person user, CancellationToken cancellationToken) =>
        Task.FromResult(IdentityResult.Success);

    public Task SetUserNameAsync(Person user, string? userName, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public Task SetNormalizedUserNameAsync(Person user, string? normalizedName, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public Task<IdentityResult> CreateAsync(Person user, CancellationToken cancellationToken) =>
        throw new NotSupportedException("A person begins with a contact or a passkey: OfContactAsync, MakeAsync.");

    public Task<IdentityResult> DeleteAsync(Person user, CancellationToken cancellationToken) =>
        throw new NotSupportedException("A person is not deleted by the identity core.");

    public void Dispose()
    {
        // The data source belongs to the host.
    }
}
