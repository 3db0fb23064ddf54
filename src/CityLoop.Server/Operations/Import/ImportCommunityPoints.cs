using System.Text.Json;
using CityLoop.Ledger;
using CityLoop.Server.Ledger;

namespace CityLoop.Server.Operations.Import;

/// <summary>Brings a community's points of earlier years into the city's books, in a currency of their own.</summary>
static class ImportCommunityPoints
{
    /// <summary>One durable answer for so many transfers: the next piece depends on it.</summary>
    const int PieceMax = 1_000;

    /// <param name="Posts">False for a dry run: everything is decided and nothing is written.</param>
    /// <param name="AllOrNothing">True to take no row at all when one is refused.</param>
    public sealed record Request(string Folder, bool Posts, bool AllOrNothing);

    /// <param name="Refused">Every row that was not taken, in the files' order.</param>
    /// <param name="Remarks">What is odd and was taken all the same.</param>
    public sealed record Response(
        ImportSummary Summary, IReadOnlyList<RefusedRow> Refused, IReadOnlyList<string> Remarks);

    /// <exception cref="SchemeFilesException">The files are none of a scheme; nothing was decided.</exception>
    public static async Task<Response> Handle(
        Request request, CityLedger ledger, CityAccounts accounts, SchemeStore store, TimeProvider time,
        Action<string> progress, CancellationToken cancellation)
    {
        progress("Reading the files");
        var rows = SchemeFiles.Read(request.Folder);
        await using var held = await store.TryLockAsync(cancellation)
            ?? throw new SchemeFilesException("Another import of this scheme is running; wait for it.", false);
        var memory = await store.RememberAsync(cancellation);
        var unanswered = memory.Unanswered.ToList();

        progress($"Deciding {rows.Read:N0} rows");
        var names = await accounts.NamesAsync(cancellation);
        using var books = new SchemeBooks(await ledger.ReadAsync(b => b.Copy(), cancellation), names, time.GetUtcNow());
        var plan = SchemePlan.Make(rows, books, memory);
        var takesNothing = request.AllOrNothing && plan.Refused.Count > 0;
        if (takesNothing)
            plan.TakeNothing();
        else if (request.Posts)
            await PostAsync(new Posting(request.Folder, plan, books, memory, unanswered), ledger, accounts, store, time,
                progress, cancellation);

        var refused = plan.Refused.OrderBy(r => r.Place.File, StringComparer.Ordinal).ThenBy(r => r.Place.Line);
        return new Response(plan.Summary(), [.. refused], [.. SchemeRemarks.Of(rows)]);
    }

    sealed record Posting(
        string Folder, SchemePlan Plan, SchemeBooks Books, SchemeMemory Memory, List<Transfer> Unanswered);

    static async Task PostAsync(
        Posting posting, CityLedger ledger, CityAccounts accounts, SchemeStore store, TimeProvider time,
        Action<string> progress, CancellationToken cancellation)
    {
        var plan = posting.Plan;
        if (plan.NewRows.Count == 0 && posting.Unanswered.Count == 0)
            return;
        progress("Opening accounts");
        var opened = await OpenAccountsAsync(posting, ledger, accounts, cancellation);
        var transfers = posting.Unanswered
            .Concat(plan.Transfers.Select(t => t with { Debit = opened[t.Debit], Credit = opened[t.Credit] }))
            .ToList();
        var now = time.GetUtcNow();
        await store.DecideAsync(
            Guid.CreateVersion7(now), posting.Folder, now,
            JsonSerializer.Serialize(plan.Summary(), JsonSerializerOptions.Web), plan, transfers,
            MembersOf(posting, opened), cancellation);

        var done = 0;
        foreach (var piece in transfers.Chunk(PieceMax))
        {
            var answers = await ledger.PostManyAsync(piece, cancellation);
            for (var i = 0; i < piece.Length; i++)
                if (!answers[i].IsPosted)
                    throw new InvalidOperationException(
                        $"The ledger's answer to {piece[i].Code} {piece[i].Id} was {answers[i].Outcome}: not planned.");
            done += piece.Length;
            progress($"Posted {done:N0} of {transfers.Count:N0} transfers");
        }

        await store.CompleteAsync(time.GetUtcNow(), cancellation);
    }

    /// <summary>The real account for each of the copy that a transfer names; the others are never opened.</summary>
    static async Task<Dictionary<AccountId, AccountId>> OpenAccountsAsync(
        Posting posting, CityLedger ledger, CityAccounts accounts, CancellationToken cancellation)
    {
        var currency = posting.Books.Currency;
        var defined = await ledger.PostAsync(SchemeBooks.Define(currency), cancellation);
        // A city whose pack has this currency defined it under another id; that its scale fits was checked before.
        if (!defined.IsPosted && defined.Outcome is not (
            PostOutcome.CurrencyAlreadyDefined or PostOutcome.IdAlreadyPostedWithOtherContent))
            throw new InvalidOperationException(
                $"The ledger would not define {SchemeIds.CurrencyCode}: {defined.Outcome}.");

        var opened = new Dictionary<AccountId, AccountId>();
        var wanted = posting.Plan.Transfers.SelectMany(t => new[] { t.Debit, t.Credit }).Distinct()
            .Select(id => (Id: id, Account: posting.Books.Accounts[id])).ToList();
        foreach (var (id, account) in wanted.Where(w => w.Account.Name is not null))
            opened[id] = await accounts.OpenAsync(account.Name!, account.Kind, currency, cancellation);
        var keyed = wanted.Where(w => w.Account.Name is null).ToList();
        foreach (var piece in keyed.Chunk(PieceMax))
        {
            var answers = await ledger.PostManyAsync(
                [.. piece.Select(p => new OpenAccount(p.Account.Key, currency, p.Account.Kind))], cancellation);
            if (answers.FirstOrDefault(a => !a.IsPosted) is { Outcome: not PostOutcome.Posted } refused)
                throw new InvalidOperationException(
                    $"The ledger would not open a member's account: {refused.Outcome}.");
            var numbers = await ledger.ReadAsync(
                books => answers.Select(a => books.AccountOpenedAt(a.Sequence)!.Value).ToArray(), cancellation);
            for (var i = 0; i < piece.Length; i++)
                opened[piece[i].Id] = numbers[i];
        }

        return opened;
    }

    static List<MemberAccounts> MembersOf(Posting posting, Dictionary<AccountId, AccountId> opened)
    {
        var members = posting.Plan.NewlyRegistered.ToDictionary(
            m => m, m => new MemberAccounts(m, true, null, null), StringComparer.Ordinal);
        foreach (var (planned, real) in opened)
        {
            if (posting.Books.Accounts[planned] is not { Member: { } name } account)
                continue;
            var member = members.GetValueOrDefault(name)
                ?? new MemberAccounts(name, posting.Memory.Registered.Contains(name), null, null);
            members[name] = account.Kind == AccountKind.Escrow
                ? member with { Escrow = real }
                : member with { Account = real };
        }

        return [.. members.Values];
    }
}
