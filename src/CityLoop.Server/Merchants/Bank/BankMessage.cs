namespace CityLoop.Server.Merchants.Bank;

/// <summary>What a bank's file holds, read but not yet understood.</summary>
/// <param name="Problems">What could not be read, by element: a file with one of them is not imported at all.</param>
sealed record BankMessage(IReadOnlyList<BankReport> Reports, IReadOnlyList<string> Problems);

/// <summary>One thing that a bank says.</summary>
/// <param name="Element">Where it stands in the file: <c>Stmt[1]/Ntry[3]</c>.</param>
/// <param name="Id">Follows from what it says: the same entry in another file is the same.</param>
/// <param name="PaymentInformationId">The half-month that it is about, by the bank's word for it.</param>
/// <param name="MessageId">The payout that it is about, where nothing closer is said.</param>
abstract record BankReport(string Element, Guid Id, string PaymentInformationId, string MessageId);

/// <summary>A booking on an account (Ntry of camt.053 and camt.054).</summary>
/// <param name="ServicerReference">The bank's own number of it; empty where it has none.</param>
/// <param name="IsReversal">It takes an earlier booking back.</param>
/// <param name="Status">BOOK, PDNG, INFO or FUTR.</param>
/// <param name="BookedOn">The day, where it is said.</param>
sealed record BankEntry(
    string Element, Guid Id, string PaymentInformationId, string MessageId, string Account, string ServicerReference,
    bool IsCredit, bool IsReversal, decimal Amount, string Currency, string Status, DateOnly? BookedOn,
    IReadOnlyList<BankTransaction> Transactions)
    : BankReport(Element, Id, PaymentInformationId, MessageId);

/// <summary>One transaction of a booking (TxDtls).</summary>
/// <param name="Amount">Null where only the booking has one.</param>
/// <param name="ReturnReason">The bank's code for why it came back; null where it did not.</param>
/// <param name="Remittance">What the payer wrote.</param>
sealed record BankTransaction(string EndToEndId, decimal? Amount, string? ReturnReason, string Remittance);

/// <summary>What became of an order (TxInfAndSts, OrgnlPmtInfAndSts or OrgnlGrpInfAndSts of pain.002).</summary>
/// <param name="IsOfOne">It is about one order; else about a half-month or the whole payout.</param>
/// <param name="EndToEndId">Which order; empty where the bank does not say.</param>
/// <param name="Status">RJCT, ACSC, ACCP and so on (ISO 20022, ExternalPaymentTransactionStatus1Code).</param>
/// <param name="Reason">The bank's code and sentence for why.</param>
sealed record BankStatus(
    string Element, Guid Id, string PaymentInformationId, string MessageId, bool IsOfOne, string EndToEndId,
    string Status, string Reason)
    : BankReport(Element, Id, PaymentInformationId, MessageId);
