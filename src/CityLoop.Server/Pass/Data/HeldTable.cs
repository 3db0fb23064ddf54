namespace CityLoop.Server.Pass.Data;

/// <summary>What becomes of a person's rows when they are erased.</summary>
enum AtErasure
{
    /// <summary>They go.</summary>
    Delete,

    /// <summary>Each row gets a person of its own who is nobody: it still counts, and joins with nothing.</summary>
    Unlink,

    /// <summary>They stay under an id that leads to nobody; <see cref="HeldTable.Why"/> says what for.</summary>
    Keep,
}

/// <summary>
/// A table that holds something about people. Each capability registers its own; a test walks the database and fails
/// for a column of people that is not registered, so that neither the download nor the erasure forgets one.
/// </summary>
/// <param name="Name">With its schema: <c>carbon.trip</c>.</param>
/// <param name="Then">What erasure does.</param>
sealed record HeldTable(string Name, AtErasure Then)
{
    /// <summary>The column that says whose row it is.</summary>
    public string Column { get; init; } = "person";

    /// <summary>Where that column holds no person: the query for what it holds of one.</summary>
    public string? Via { get; init; }

    /// <summary>
    /// For rows that are unlinked: columns with another's name for the person, by which their rows would still be one
    /// person's. Each row gets a name of its own.
    /// </summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Columns that are keys or their hashes: they are held to let somebody in, and told to nobody.</summary>
    public IReadOnlyList<string> Secret { get; init; } = [];

    /// <summary>False where the rows are about somebody else: what an officer did with a person.</summary>
    public bool IsTold { get; init; } = true;

    /// <summary>
    /// Of a small child: the condition on <c>t</c> for what a guardian reads of it, with the parameter @guardian.
    /// </summary>
    public string ForGuardian { get; init; } = "true";

    /// <summary>Why rows are kept.</summary>
    public string? Why { get; init; }

    /// <summary>The condition that finds a person's rows, with the parameter <c>@person</c>.</summary>
    public string Where => Via is null ? $"{Column} = @person" : $"{Column} in ({Via})";
}

/// <summary>What other capabilities keep of accounts, which are somebody's by the pass's link alone.</summary>
static class AccountsTables
{
    const string OfAccounts = "select account from pass.account where person = @person and account is not null";

    /// <summary>Registers a table with an account in each row: it stays when the link to the person goes.</summary>
    public static IServiceCollection AddAccountsTable(this IServiceCollection services, string name) =>
        services.AddSingleton(new HeldTable(name, AtErasure.Keep)
        {
            Column = "account", Via = OfAccounts, Why = "it is the books', and the account leads to nobody then",
        });
}

/// <summary>
/// What a guardian reads of what was done about a small child at a counter: not that the other guardian was there, whom
/// they may make afraid. Who was there reads it, and the child, once it reads for itself.
/// </summary>
static class GuardianReads
{
    // Who was there has the step in their own log.
    public const string Steps = "t.step not like 'GuardianEnd%'";

    // From the visit of a guardian: the list of their children, and what was done about the other one.
    public const string Accesses =
        """
        t.kind <> 'officer' or t.what not in ('{name,age}', '{representatives}') or exists (
          select from pass.access v where v.person = @guardian and v.officer = t.officer
            and v.what in ('{children}', '{representatives}')
            and v.at between t.at - interval '1 minute' and t.at + interval '1 minute')
        """;
}

/// <summary>What other capabilities keep of those who work for the city.</summary>
static class OfficersTables
{
    const string Why = "who decided something in the city's name can be asked for years";

    /// <summary>Registers who asked for and who decided something in the city's name: it stays when they go.</summary>
    public static IServiceCollection AddOfficersTable(
        this IServiceCollection services, string name, params IReadOnlyList<string> columns)
    {
        foreach (var column in columns)
            services.AddSingleton(new HeldTable(name, AtErasure.Keep)
            {
                Column = column, IsTold = false, Why = Why,
            });
        return services;
    }
}

/// <summary>The pass's own tables of people.</summary>
static class PassTables
{
    const string OfContacts = "select value from pass.contact where person = @person";
    const string OfCards = "select serial from pass.card where person = @person";
    const string OfDocuments = "select document_print from pass.known_document where person = @person";
    const string TwoOfficers = "who did what at a counter can be asked for years";

    static readonly IReadOnlyList<HeldTable> OfFamily =
    [
        new("pass.erasure_ask", AtErasure.Delete) { Column = "child" },
        new("pass.erasure_ask", AtErasure.Delete) { Column = "asked_by" },
        new("pass.guardianship", AtErasure.Delete) { Column = "child" },
        new("pass.guardianship", AtErasure.Delete) { Column = "guardian" },
        new("pass.guardianship", AtErasure.Keep)
        {
            Column = "asked_by", IsTold = false, Why = "the other guardian stays one",
        },
        new("pass.representation_check", AtErasure.Delete),
        new("pass.representation_check", AtErasure.Delete) { Column = "representative" },
        .. new[] { "first_officer", "second_officer", "withdrawn_by" }.Select(officer =>
            new HeldTable("pass.representation_check", AtErasure.Keep)
            {
                Column = officer, IsTold = false, Why = TwoOfficers,
            }),
        new("pass.acted_for", AtErasure.Delete) { Column = "child" },
        new("pass.acted_for", AtErasure.Keep) { Column = "guardian", Why = "the child may read who acted for it" },
        new("pass.session", AtErasure.Keep)
        {
            Column = "acts_for", IsTold = false, Why = "the session is its guardian's; nobody acts for who is erased",
        },
    ];

    public static readonly IReadOnlyList<HeldTable> All =
    [
        // Before the contacts, by which they are found.
        new("pass.one_time_code", AtErasure.Delete)
        {
            Column = "contact", Via = OfContacts, Secret = ["code_hash", "ticket_hash"],
        },
        new("pass.outbox", AtErasure.Delete) { Column = "contact", Via = OfContacts },
        new("pass.letter", AtErasure.Delete),
        new("pass.guardian_ask", AtErasure.Delete) { Column = "contact", Via = OfContacts, IsTold = false },
        new("pass.guardian_ask", AtErasure.Delete) { Column = "child", IsTold = false },
        new("pass.guardian_ask", AtErasure.Delete) { Column = "asked_by" },
        new("pass.contact", AtErasure.Delete),
        new("pass.passkey", AtErasure.Delete)
        {
            Secret = ["credential_id", "public_key", "attestation_object", "client_data_json"],
        },
        new("pass.session", AtErasure.Delete) { Secret = ["key_hash"] },
        new("pass.account", AtErasure.Delete),
        new("pass.recovery_code", AtErasure.Delete) { Secret = ["hash", "handle"] },
        new("pass.recovery_guess", AtErasure.Delete),
        new("pass.quiet_topic", AtErasure.Delete),
        new("pass.ending_told", AtErasure.Delete),
        new("pass.residence", AtErasure.Delete),
        new("pass.residence", AtErasure.Keep) { Column = "officer", IsTold = false, Why = TwoOfficers },
        new("pass.counter_code", AtErasure.Delete) { Secret = ["code_hash"] },
        // Before the cards, by which they are found.
        new("pass.card_use", AtErasure.Delete) { Column = "serial", Via = OfCards },
        new("pass.card_pin_try", AtErasure.Delete) { Column = "serial", Via = OfCards },
        new("pass.card", AtErasure.Delete) { Secret = ["code_hash", "pin_salt", "pin_hash"] },
        new("pass.card", AtErasure.Keep) { Column = "printed_by", IsTold = false, Why = TwoOfficers },
        new("pass.card", AtErasure.Keep) { Column = "bound_by", IsTold = false, Why = TwoOfficers },
        new("pass.card", AtErasure.Keep) { Column = "confirmed_by", IsTold = false, Why = TwoOfficers },
        new("pass.erased_document", AtErasure.Keep)
        {
            Column = "document_print", Via = OfDocuments, IsTold = false,
            Why = "for half a year the document proves nobody else's pass; a fingerprint under no name",
        },
        new("pass.identity_check", AtErasure.Delete) { Secret = ["document_print", "stop_hash"] },
        new("pass.identity_check", AtErasure.Keep) { Column = "first_officer", IsTold = false, Why = TwoOfficers },
        new("pass.identity_check", AtErasure.Keep) { Column = "second_officer", IsTold = false, Why = TwoOfficers },
        new("pass.identity_check", AtErasure.Keep) { Column = "withdrawn_by", IsTold = false, Why = TwoOfficers },
        new("pass.identity_proof", AtErasure.Delete) { Secret = ["document_print", "status_list", "status_index"] },
        new("pass.counter_step", AtErasure.Keep) { Why = TwoOfficers, ForGuardian = GuardianReads.Steps },
        new("pass.counter_step", AtErasure.Keep) { Column = "child", IsTold = false, Why = TwoOfficers },
        new("pass.counter_step", AtErasure.Keep) { Column = "officer", IsTold = false, Why = TwoOfficers },
        // The city's sums and an officer's deeds stay true when a person goes; that it was about them goes with them.
        new("pass.access", AtErasure.Unlink) { ForGuardian = GuardianReads.Accesses },
        new("pass.access", AtErasure.Keep) { Column = "officer", IsTold = false, Why = TwoOfficers },
        new("pass.erasure", AtErasure.Keep) { Why = "that it was asked for and done" },
        new("pass.person", AtErasure.Keep) { Column = "id", Why = "an empty row, so that nothing points nowhere" },
        .. OfFamily,
    ];
}
