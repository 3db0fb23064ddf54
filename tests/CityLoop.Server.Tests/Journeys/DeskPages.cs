namespace CityLoop.Server.Tests.Journeys;

/// <summary>The half-months: closed by an officer, listed for everybody at the desk.</summary>
sealed class SettlementsPage(Visit visit)
{
    /// <summary>
    /// Closes every half-month that is over; the amounts of the latest one, in the order of the table.
    /// </summary>
    public async Task<IReadOnlyList<long>> SettleAsync()
    {
        await visit.GoAsync("/desk/settlements");
        await visit.Page.ClickAsync("#settle");
        await visit.Page.WaitForURLAsync("**/desk/settlements?done=*");
        await visit.LookAsync();
        var cells = await visit.Page.Locator("tbody tr").First.Locator("td.number").AllInnerTextsAsync();
        return [.. cells.Select(Numbers.First)];
    }
}

/// <summary>Any page of the desk with tables, read by the name of the row and the column.</summary>
sealed class DeskTables(Visit visit)
{
    public Task OpenAsync(string address) => visit.GoAsync(address);

    /// <summary>The number where a row and a column of the page's tables meet.</summary>
    public async Task<long> CellAsync(string row, string column)
    {
        // Tables behind a chart are folded; their cells are read all the same.
        var text = await visit.Page.EvaluateAsync<string?>(
            """
            ([row, column]) => {
              for (const table of document.querySelectorAll('table')) {
                const at = [...table.tHead.rows[0].cells].findIndex(cell => cell.textContent.trim() === column);
                const line = [...table.tBodies[0].rows].find(line => line.cells[0].textContent.trim() === row);
                if (at > 0 && line) return line.cells[at].textContent;
              }
              return null;
            }
            """,
            new[] { row, column });
        text.ShouldNotBeNull($"{visit.Page.Url} has no cell {row} × {column}");
        return Numbers.First(text);
    }

    /// <summary>The figures at the top of the first page.</summary>
    public async Task<IReadOnlyList<string>> FiguresAsync() =>
        await visit.Page.Locator(".figure b").AllInnerTextsAsync();
}
