using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Merchants.ShopCodes;

/// <summary>A payment that a till asks for by showing a code with the amount in it.</summary>
/// <param name="Id">Made by the till; the same one asks once.</param>
/// <param name="Until">Nobody can pay it any more from then on.</param>
sealed record PaymentRequest(Guid Id, Guid Merchant, long Amount, DateTimeOffset AskedAt, DateTimeOffset Until)
{
    /// <summary>
    /// The payment of it; follows from all of it, so that it is paid once, no client can name another payment so, and
    /// who asks with another shop's id learns nothing.
    /// </summary>
    public Guid Payment => DerivedId.From("payment-request", $"{Id}", $"{Merchant}", $"{Amount}");

    /// <summary>Where a person sees and pays it.</summary>
    public string Address => $"/pay/requests/{Id}";
}

/// <summary>Requests for one payment, and who pays them. The journal says whether one was paid.</summary>
sealed class PaymentRequests(
    NpgsqlDataSource database, Payments payments, CityLedger ledger, MerchantStore merchants, PersonAccounts people,
    CityPack city, TimeProvider time)
{
    /// <summary>A customer finds their phone in less.</summary>
    public static readonly TimeSpan OpenFor = TimeSpan.FromMinutes(10);

    /// <summary>A till that was off for a night still hears what became of its last request.</summary>
    static readonly TimeSpan KeptFor = TimeSpan.FromDays(2);

    /// <summary>What can become of asking, in order of precedence.</summary>
    public enum Outcome
    {
        Asked, NoShop, IdNotValid, AmountNotPositive, AmountTooLarge, NotAcceptedHere, IdAlreadyUsed,
    }

    public async Task<(Outcome Outcome, PaymentRequest? Request)> AskAsync(
        PersonId worker, Guid id, long amount, CancellationToken cancellation, string? at = null)
    {
        if (await merchants.OfWorkerAsync(worker, at, cancellation) is not { } shop)
            return (Outcome.NoShop, null);
        if (!Merchants.Payment.MayNameOne(id))
            return (Outcome.IdNotValid, null);
        if (amount <= 0)
            return (Outcome.AmountNotPositive, null);
        if (amount > payments.Largest)
            return (Outcome.AmountTooLarge, null);
        if (!payments.Accepts(shop))
            return (Outcome.NotAcceptedHere, null);
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            delete from merchants.payment_request where until < @old;
            insert into merchants.payment_request (id, merchant, amount, asked_at, until)
            values (@id, @shop, @amount, @now, @until) on conflict (id) do nothing
            """, new { id, shop = shop.Id, amount, now, until = now + OpenFor, old = now - KeptFor },
            cancellationToken: cancellation));
        var request = await FindAsync(id, cancellation);
        return request is { } asked && asked.Merchant == shop.Id && asked.Amount == amount
            ? (Outcome.Asked, asked)
            : (Outcome.IdAlreadyUsed, null);
    }

    public async Task<PaymentRequest?> FindAsync(Guid id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<PaymentRequest>(new CommandDefinition(
            "select id, merchant, amount, asked_at, until from merchants.payment_request where id = @id", new { id },
            cancellationToken: cancellation));
    }

    /// <summary>A request of a shop at which somebody works; nobody learns of another's.</summary>
    public async Task<(Merchant Shop, PaymentRequest Request)?> OfWorkerAsync(
        PersonId worker, Guid id, CancellationToken cancellation) =>
        await FindAsync(id, cancellation) is { } request
            && (await merchants.WorkplacesAsync(worker, cancellation))
                .FirstOrDefault(place => place.Shop.Id == request.Merchant) is { Shop: { } shop }
            ? (shop, request)
            : null;

    /// <summary>How it was paid, or null.</summary>
    public Task<Payment?> PaidAsync(PaymentRequest request, CancellationToken cancellation) =>
        payments.FindAsync(request.Payment, cancellation);

    /// <summary>True when it has been paid; false when it is time for a word before that.</summary>
    public async Task<bool> WhenPaidAsync(PaymentRequest request, CancellationToken cancellation)
    {
        while (true)
        {
            var (sequence, isPaid) = await ledger.ReadAsync(
                books => (books.Sequence, books.Find(request.Payment) is not null), cancellation);
            if (isPaid || !await Web.LiveView.PassesAsync(ledger, sequence, cancellation))
                return isPaid;
        }
    }

    /// <summary>
    /// Why a person cannot pay it, or how they have paid it before; neither while they can.
    /// </summary>
    public async Task<(PayShop.Outcome? Refusal, Payment? Paid)> LookAsync(
        PersonId person, PaymentRequest? request, CancellationToken cancellation)
    {
        if (request is null)
            return (PayShop.Outcome.RequestUnknown, null);
        if (await PaidAsync(request, cancellation) is { } paid)
            return paid.Person == await people.OfAsync(person, payments.Currency.Id, cancellation)
                ? (null, paid)
                : (PayShop.Outcome.RequestIsPaid, null);
        return request.Until <= time.GetUtcNow() ? (PayShop.Outcome.RequestIsOver, null) : (null, null);
    }

    /// <summary>A person pays it. Who has paid it already is told so again; anybody else, that it is paid.</summary>
    /// <param name="points">What they pay in points, the rest being cash; null for all of it.</param>
    public async Task<(PayShop.Outcome Outcome, Payment? Payment)> PayAsync(
        PersonId person, Guid id, long? points, CancellationToken cancellation)
    {
        var request = await FindAsync(id, cancellation);
        var (refusal, paid) = await LookAsync(person, request, cancellation);
        if (refusal is { } no)
            return (no, null);
        if (paid is not null)
            return (PayShop.Outcome.Paid, paid);
        if (points <= 0)
            return (PayShop.Outcome.AmountNotPositive, null);
        if (points > request!.Amount)
            return (PayShop.Outcome.MoreThanAsked, null);
        var shop = (await merchants.AllAsync(cancellation)).First(m => m.Id == request!.Merchant);
        var account = await people.OfAsync(person, payments.Currency.Id, cancellation);
        var (outcome, payment) = await payments.PayAsync(
            request!.Payment, account, shop, points ?? request.Amount, claim: null, cancellation);
        return outcome == PaymentOutcome.IdAlreadyUsed
            ? (PayShop.Outcome.RequestIsPaid, null)
            : (Counter.OutcomeOf(outcome), payment);
    }

    /// <summary>What the picture on a sheet holds, or with a request the one on a till's screen.</summary>
    public string CodeOf(Merchant shop, PaymentRequest? request) => new MerchantQr(
        MerchantQr.CityOf(city), request is null ? shop.Code : null, request?.Id, city.Payouts.MoneyNumber,
        request is null ? null : Payouts.Fields.Plain(request.Amount, payments.Currency.Scale), city.Payouts.Country,
        shop.Names["en"], city.Names["en"]).Write();
}
