using CityLoop.Ledger;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Cards;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Merchants.Offline;

/// <summary>What became of one charge.</summary>
/// <param name="State">certain: paid. refused: it never will be. waits: ask again.</param>
/// <param name="Refusal">Why, by the code of a problem.</param>
sealed record OfflineAnswer(Guid Id, OfflineState State, string? Refusal = null, Payment? Payment = null);

enum OfflineState { Certain, Refused, Waits }

/// <summary>
/// Posts what a till took without network. Each charge is judged in a transaction of its own under the till's lock and
/// its answer is kept: whoever asks again, from another window or after a crash, is told the same.
/// </summary>
sealed partial class OfflineCharges(
    NpgsqlDataSource database, Till counter, OfflineTills tills, OfflineKey key, WalletCodeKey walletCodes,
    WrongCodeLimit wrongCodes, CardTill cards, PersonAccounts people, TimeProvider time) : IDisposable
{
    /// <summary>How far a till's clock, set by the city's while it was online, may be off.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(2);

    /// <summary>More than a till ever takes: a number beyond is nobody's count.</summary>
    const long GapMax = 10_000;

    Payments Payments => counter.Payments;

    // Each charge holds one connection and needs others: when a whole street is online again, a few at a time.
    readonly SemaphoreSlim _room = new(8);

    public void Dispose() => _room.Dispose();

    /// <summary>In the order in which they were taken; null when this is no till of the shop.</summary>
    public async Task<IReadOnlyList<OfflineAnswer>?> TakeAsync(
        Merchant shop, Guid till, IReadOnlyList<SignedCharge> charges, CancellationToken cancellation)
    {
        var answers = new List<OfflineAnswer>(charges.Count);
        foreach (var charge in charges.OrderBy(c => c.Number))
        {
            await _room.WaitAsync(cancellation);
            try
            {
                if (await TakeAsync(shop, till, charge, cancellation) is not { } answer)
                    return null;
                answers.Add(answer);
                // Those behind it stay in their order.
                if (answer.State == OfflineState.Waits)
                    break;
            }
            finally
            {
                _room.Release();
            }
        }

        return answers;
    }

    async Task<OfflineAnswer?> TakeAsync(
        Merchant shop, Guid tillId, SignedCharge charge, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var till = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            """
            select id, public_key, since, until, allowance - used as left, last_number, last_hash, last_at
            from merchants.offline_till where id = @tillId and merchant = @Id for update
            """, new { tillId, shop.Id }, transaction, cancellationToken: cancellation));
        if (till is null)
            return null;
        var bytes = charge.Bytes(tillId);
        var hash = SignedCharge.HashOf(bytes);
        // What is not signed by the till is nobody's word: nothing is kept of it, and the charges behind it count.
        if (!charge.IsSignedBy(till.PublicKey, bytes))
            return new(charge.Id, OfflineState.Refused, "offline_signature_not_valid");
        if (charge.Number <= till.LastNumber)
            return await AnsweredBeforeAsync(connection, tillId, charge, hash, cancellation);
        if (charge.Number == till.LastNumber + 1 ? charge.Previous != till.LastHash
            : charge.Number - till.LastNumber > GapMax)
            return new(charge.Id, OfflineState.Refused, "offline_not_in_order");
        var now = time.GetUtcNow();
        var (answer, account) = await JudgeAsync(connection, shop, till, charge, now, cancellation);
        if (answer.State == OfflineState.Waits)
            return answer;
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into merchants.offline_charge
              (till, number, id, hash, amount, charged_at, answered_at, refusal, account)
            values (@till, @Number, @Id, @hash, @Amount, @at, @now, @refusal, @account);
            update merchants.offline_till set used = used + @counts, last_number = @Number, last_hash = @hash,
              last_at = greatest(last_at, @at)
            where id = @till
            """,
            new
            {
                till = tillId, charge.Number, charge.Id, hash, charge.Amount, now,
                // After a time that cannot be the next charge is judged by the last one that could.
                at = IsPossible(till, charge, now) ? charge.Time : till.LastAt,
                refusal = answer.Refusal, account = account?.Value,
                counts = answer.State == OfflineState.Certain ? charge.Amount : 0,
            }, transaction, cancellationToken: cancellation));
        await transaction.CommitAsync(cancellation);
        return answer;
    }

    /// <summary>The first answer, if it was to this very charge.</summary>
    async Task<OfflineAnswer> AnsweredBeforeAsync(
        NpgsqlConnection connection, Guid till, SignedCharge charge, string hash, CancellationToken cancellation)
    {
        var before = await connection.QuerySingleOrDefaultAsync<(string Hash, string? Refusal)>(new CommandDefinition(
            "select hash, refusal from merchants.offline_charge where till = @till and number = @Number",
            new { till, charge.Number }, cancellationToken: cancellation));
        return before.Hash != hash ? new(charge.Id, OfflineState.Refused, "offline_not_in_order")
            : before.Refusal is { } why ? new(charge.Id, OfflineState.Refused, why)
            : new(charge.Id, OfflineState.Certain, Payment: await Payments.FindAsync(charge.Id, cancellation));
    }

    sealed class Row
    {
        public Guid Id { get; init; }
        public byte[] PublicKey { get; init; } = [];
        public DateTimeOffset Since { get; init; }
        public DateTimeOffset Until { get; init; }
        public long Left { get; init; }
        public long LastNumber { get; init; }
        public string LastHash { get; init; } = "";
        public DateTimeOffset LastAt { get; init; }
    }
}
