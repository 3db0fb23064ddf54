namespace CityLoop.Server.Operations.Import;

/// <summary>One field and where it stands.</summary>
/// <param name="Column">The place of its first character in the line, from 1, as an editor counts.</param>
readonly record struct CsvField(string Text, int Column);

/// <summary>What makes a line no row at all, and at which character.</summary>
readonly record struct CsvDefect(RowOutcome Reason, int Column);

/// <summary>One line of a comma-separated file, cut at its commas.</summary>
/// <param name="Line">From 1; the header is line 1.</param>
/// <param name="Fields">Empty when the line has a defect.</param>
sealed record CsvRow(int Line, IReadOnlyList<CsvField> Fields, CsvDefect? Defect);
