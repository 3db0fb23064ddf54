using System.Security.Cryptography;
using CityLoop.Server.Credentials.SdJwts;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Credentials.Offices;

/// <summary>What each office has taken back. A credential's place is drawn at random and tells no order.</summary>
sealed class StatusLists(NpgsqlDataSource database, OfficeStore offices, OfficeKeys keys, TimeProvider time)
{
    /// <summary>A list is begun anew when it is half full, so that a place is found at once.</summary>
    const int TakenMax = StatusList.Places / 2;

    /// <summary>For how long a reader may keep a list: so late at most do they see what was taken back.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(5);

    /// <summary>Takes a place for a credential that is about to be issued.</summary>
    public async Task<(int Number, int Place)> TakeAsync(
        Office office, string type, byte[] print, DateTimeOffset until, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var taken = await TakeAsync(connection, office, type, print, until, cancellation);
        await transaction.CommitAsync(cancellation);
        return taken;
    }

    /// <summary>The same in the caller's transaction.</summary>
    public static async Task<(int Number, int Place)> TakeAsync(
        NpgsqlConnection connection, Office office, string type, byte[] print, DateTimeOffset until,
        CancellationToken cancellation)
    {
        var number = await connection.QuerySingleAsync<int>(new CommandDefinition(
            """
            insert into credentials.status_list (office, number, taken)
            select @Id, coalesce(max(number), 0) + 1, 0 from credentials.status_list where office = @Id
            having coalesce(min(taken), @TakenMax) >= @TakenMax
            on conflict do nothing;
            update credentials.status_list set taken = taken + 1
            where office = @Id and number = (
              select number from credentials.status_list where office = @Id order by taken, number limit 1)
            returning number
            """, new { office.Id, TakenMax }, cancellationToken: cancellation));
        while (true)
        {
            var place = RandomNumberGenerator.GetInt32(StatusList.Places);
            if (await connection.ExecuteAsync(new CommandDefinition(
                """
                insert into credentials.status_place (office, number, place, type, print, until)
                values (@Id, @number, @place, @type, @print, @until) on conflict do nothing
                """, new { office.Id, number, place, type, print, until }, cancellationToken: cancellation)) == 1)
                return (number, place);
        }
    }

    /// <summary>A list as it is now, signed; null when there is none.</summary>
    public async Task<string?> TokenAsync(
        string issuerBase, string officeCode, int number, CancellationToken cancellation)
    {
        if (await offices.FindAsync(officeCode, cancellation) is not { } office)
            return null;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from credentials.status_list where office = @Id and number = @number)",
            new { office.Id, number }, cancellationToken: cancellation)))
            return null;
        var revoked = await connection.QueryAsync<int>(new CommandDefinition(
            """
            select place from credentials.status_place
            where office = @Id and number = @number and revoked_at is not null
            """, new { office.Id, number }, cancellationToken: cancellation));
        return StatusList.Write(
            await keys.CurrentAsync(office, cancellation),
            OfficeAddresses.StatusList(issuerBase, officeCode, number), revoked, time.GetUtcNow(), FreshFor);
    }

    /// <summary>Whether a credential of an office of this city still holds.</summary>
    public async Task<SdJwtRefusal> CheckAsync(
        string issuerBase, Office office, StatusPlace place, CancellationToken cancellation)
    {
        if (OfficeAddresses.NumberOf(place.List) is not { } number
            || OfficeAddresses.StatusList(issuerBase, office.Code, number) != place.List)
            return SdJwtRefusal.StatusUnknown;
        return StatusList.Check(
            await TokenAsync(issuerBase, office.Code, number, cancellation), place,
            await keys.OfStatusAsync(office, cancellation), time.GetUtcNow());
    }
}
