using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Hosting;

/// <summary>Somebody at a page who has a keyboard and no mouse.</summary>
public sealed class Keys(IPage page)
{
    /// <summary>More stops than any page has.</summary>
    const int StopsMax = 120;

    /// <summary>What a screen reader would say where the focus is: its label, or the words on it.</summary>
    const string Said =
        """
        (() => {
          const at = document.activeElement;
          const named = at.labels?.length ? [...at.labels].map(l => l.innerText).join(' ') : '';
          return (named || at.getAttribute('aria-label') || at.innerText || at.value || at.tagName).trim();
        })()
        """;

    /// <summary>Goes on with the tab key until something with these words is reached.</summary>
    public async Task<Keys> ToAsync(string words)
    {
        var passed = new List<string>();
        for (var i = 0; i < StopsMax; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            var said = await page.EvaluateAsync<string>(Said);
            if (said.Contains(words, StringComparison.Ordinal))
                return this;
            passed.Add(said);
        }

        throw new ShouldAssertException(
            $"'{words}' is not reached on {page.Url}: {string.Join(" > ", passed.Distinct())}");
    }

    public async Task TypeAsync(string field, string text)
    {
        await ToAsync(field);
        await page.Keyboard.TypeAsync(text);
    }

    /// <summary>Chooses in a list by the beginning of the words.</summary>
    public async Task ChooseAsync(string field, string words) => await TypeAsync(field, words);

    /// <summary>Presses a button or follows a link, and waits for the page that comes.</summary>
    public async Task PressAsync(string words, string leadsTo)
    {
        await ToAsync(words);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync(url => new Uri(url).PathAndQuery.Contains(leadsTo, StringComparison.Ordinal));
    }

    /// <summary>
    /// Walks through the page once: what can be pressed, in the order of the tab key, and what of it does not show that
    /// the focus is there.
    /// </summary>
    public async Task<(IReadOnlyList<string> Missed, IReadOnlyList<string> Unseen)> WalkAsync()
    {
        await page.EvaluateAsync(
            """
            window.toReach = new Set([...document.querySelectorAll(
                'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]')]
              .filter(e => !e.disabled && e.checkVisibility({ visibilityProperty: true }) && e.tabIndex >= 0
                && !(e.type === 'radio' && !e.checked && document.querySelector(`[name="${e.name}"]:checked`))));
            window.unseen = [];
            """);
        for (var i = 0; i < StopsMax && await page.EvaluateAsync<int>("window.toReach.size") > 0; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            await page.EvaluateAsync(
                """
                {
                  const at = document.activeElement, shown = 
                    [at, at.closest('label'), at.closest('li')].filter(Boolean);
                  // A date has stops inside, which the browser shows in its own way.
                  if (window.toReach.delete(at) && !shown.some(e => getComputedStyle(e).outlineStyle !== 'none'
                      && parseFloat(getComputedStyle(e).outlineWidth) >= 2))
                    window.unseen.push(at.outerHTML.slice(0, 100));
                }
                """);
        }

        return (
            await page.EvaluateAsync<string[]>("[...window.toReach].map(e => e.outerHTML.slice(0, 100))"),
            await page.EvaluateAsync<string[]>("window.unseen"));
    }
}
