using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Letters;
using CityLoop.Server.Web;
using Dapper;
using Npgsql;

namespace CityLoop.Server.TopUps;

/// <summary>A booking on the city's account that is for somebody's points.</summary>
sealed record BankTopUp(Guid Entry, Guid Person, long Amount, DateTimeOffset MadeAt, DateTimeOffset? PostedAt);

/// <summary>
/// A bank transfer with a person's reference becomes as many points, once for each booking, whichever file brings it.
/// The row is written first; what is cut off is posted again under the same names.
/// </summary>
sealed partial class BankTopUps(
    NpgsqlDataSource database, TopUpBooks books, PersonAccounts accounts, PersonStore people, LetterWriter letters,
    CityPack city, TimeProvider time, ILogger<BankTopUps> log) : IMoneyRoom
{
    /// <summary>A person's reference: made at the first look, and theirs from then on.</summary>
    public async Task<string> ReferenceAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var values = new
        {
            person = person.Value, number = TransferReference.New(), now = time.GetUtcNow(),
        };
        // Two people with the same one: the second gets none, and another at the next look.
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into topups.reference (person, number, made_at) values (@person, @number, @now)
            on conflict do nothing
            """, values, cancellationToken: cancellation));
        return await connection.QuerySingleAsync<string>(new CommandDefinition(
            "select number from topups.reference where person = @person", values, cancellationToken: cancellation));
    }

    public async Task<MoneyAnswer> TakeAsync(MoneyIn money, bool isDryRun, CancellationToken cancellation)
    {
        if (city.TopUp is null || TransferReference.In(money.Said) is not { } reference)
            return MoneyAnswer.NotOurs;
        if (await OwnerOfAsync(reference, cancellation) is not { } person)
            return MoneyAnswer.NotOurs;
        if (Units(money.Amount) is not { } units)
            return MoneyAnswer.AmountDiffers;
        if (units > city.TopUp.Most)
            return MoneyAnswer.Refused;
        if (isDryRun)
            return MoneyAnswer.Taken;
        return await TakeByHandAsync(money.Entry, person.Value, units, cancellation)
            ? MoneyAnswer.Taken
            : MoneyAnswer.Refused;
    }

    /// <summary>A booking becomes a person's points; false where it is another's, or their account refuses.</summary>
    public async Task<bool> TakeByHandAsync(Guid entry, Guid person, long amount, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into topups.bank_transfer (entry, person, amount, made_at) values (@entry, @person, @amount, @now)
            on conflict do nothing
            """, new { entry, person, amount, now = time.GetUtcNow() }, cancellationToken: cancellation));
        return await FindAsync(connection, entry, cancellation) is { } topUp && topUp.Person == person
            && await PostAsync(connection, topUp, cancellation);
    }

    /// <summary>Whose reference it is.</summary>
    public async Task<PersonId?> OwnerOfAsync(string reference, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(
            "select person from topups.reference where number = @reference", new { reference },
            cancellationToken: cancellation)) is { } person
                ? new PersonId(person)
                : null;
    }

    /// <summary>Money in the currency's smallest unit; null for parts of one.</summary>
    public long? Units(decimal money)
    {
        var units = money * Enumerable.Range(0, city.MainCurrency.Scale).Aggregate(1m, (unit, _) => unit * 10);
        return units == decimal.Truncate(units) && units is > 0 and < long.MaxValue ? (long)units : null;
    }

    /// <summary>Goes on with what a crash or a silent ledger left open.</summary>
    public async Task FinishAsync(TimeSpan patience, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        foreach (var open in (await connection.QueryAsync<BankTopUp>(new CommandDefinition(
            Select + "where posted_at is null and made_at <= @before order by made_at",
            new { before = time.GetUtcNow() - patience }, cancellationToken: cancellation))).ToList())
            await PostAsync(connection, open, cancellation);
    }

    const string Select = "select entry, person, amount, made_at, posted_at from topups.bank_transfer ";

    static Task<BankTopUp?> FindAsync(NpgsqlConnection connection, Guid entry, CancellationToken cancellation) =>
        connection.QuerySingleOrDefaultAsync<BankTopUp>(new CommandDefinition(
            Select + "where entry = @entry", new { entry }, cancellationToken: cancellation));

    /// <summary>True when the books have it. What they refuse is an officer's, who sends the money back.</summary>
    async Task<bool> PostAsync(NpgsqlConnection connection, BankTopUp topUp, CancellationToken cancellation)
    {
        if (topUp.PostedAt is not null)
            return true;
        var person = new PersonId(topUp.Person);
        var result = await people.FindAsync(person, cancellation) is null
            ? new PostResult(PostOutcome.CreditAccountUnknown, 0)
            : await books.PayInAsync(
                topUp.Entry, topUp.Amount, await accounts.OfAsync(person, city.MainCurrency.Id, cancellation),
                cancellation);
        if (!result.IsPosted)
        {
            LogRefused(topUp.Entry, result.Outcome);
            await connection.ExecuteAsync(new CommandDefinition(
                "delete from topups.bank_transfer where entry = @Entry and posted_at is null", topUp,
                cancellationToken: cancellation));
            return false;
        }

        if (await connection.ExecuteAsync(new CommandDefinition(
            "update topups.bank_transfer set posted_at = @now where entry = @Entry and posted_at is null",
            new { topUp.Entry, now = time.GetUtcNow() }, cancellationToken: cancellation)) == 1)
            await letters.TellAsync(
                person, Topic.Safety, "toppedUpByBank", cancellation,
                Amounts.Format(topUp.Amount, city.MainCurrency.Scale));
        return true;
    }

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "The ledger refused the top-up of the booking {Entry}: {Outcome}.")]
    partial void LogRefused(Guid entry, PostOutcome outcome);
}
