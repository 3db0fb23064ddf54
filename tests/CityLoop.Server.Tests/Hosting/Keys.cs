using CityLoop.Server.Web.Languages;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Hosting;

/// <summary>
/// Somebody with a phone's width, text at twice its size, and a keyboard in place of fingers: what they can do,
/// everybody can.
/// </summary>
public sealed class Keys
{
    /// <summary>More stops than any page has.</summary>
    const int StopsMax = 120;

    /// <summary>
    /// What is wrong with the place where the focus is: no ring around it, or a bar in front of it. Empty when people
    /// see where they are.
    /// </summary>
    const string Hidden =
        """
        (async () => {
          const at = document.activeElement, label = at.closest('label');
          const ringed = [at, label, at.closest('li')].filter(Boolean).some(e =>
            getComputedStyle(e).outlineStyle !== 'none' && parseFloat(getComputedStyle(e).outlineWidth) >= 2);
          const seen = () => {
            const box = (label ?? at).getBoundingClientRect();
            return [[.5, .5], [.1, .2], [.9, .2], [.1, .8], [.9, .8]]
              .map(([x, y]) => document.elementFromPoint(box.left + box.width * x, box.top + box.height * y))
              .some(e => e && (at.contains(e) || e.contains(at) || label?.contains(e)));
          };
          // What the focus moves into sight has moved by the next picture.
          for (let pictures = 0; pictures < 3 && !seen(); pictures++)
            await new Promise(requestAnimationFrame);
          return (ringed ? '' : 'no ring: ' + at.outerHTML.slice(0, 100))
            + (seen() ? '' : 'not in sight: ' + at.outerHTML.slice(0, 100));
        })()
        """;

    /// <summary>What a screen reader would say where the focus is: its label, or the words on it.</summary>
    const string Said =
        """
        (() => {
          const at = document.activeElement;
          if (at === document.body) return '';
          const named = at.labels?.length ? [...at.labels].map(l => l.innerText).join(' ') : '';
          return (named || at.getAttribute('aria-label') || at.innerText || at.value || at.tagName).trim();
        })()
        """;

    readonly IPage _page;

    Keys(IPage page, Func<string, string> say) => (_page, Say) = (page, say);

    public IPage Page => _page;

    /// <summary>What a page says under a key in the reader's language.</summary>
    public Func<string, string> Say { get; }

    public static async Task<Keys> OpenAsync(TestCity city, string language = "en")
    {
        var page = await Browser.OpenAsync(city, language: language);
        await page.WithPasskeysAsync();
        await page.AddInitScriptAsync(
            """
            // From the first element on: text that grew after the focus was given would push it out of sight.
            new MutationObserver((_, watch) => {
              document.documentElement?.style.setProperty('font-size', '200%');
              if (document.documentElement) watch.disconnect();
            }).observe(document, { childList: true });
            document.documentElement?.style.setProperty('font-size', '200%');
            """);
        return new Keys(page, key => city.Get<TextCatalogue>().Say(language, key));
    }

    /// <summary>Comes in with the code that arrives at a contact.</summary>
    public async Task SignInAsync(TestCity city, string contact, string back = "/me")
    {
        await GoAsync($"/sign-in?returnUrl={Uri.EscapeDataString(back)}");
        await ToAsync(Say("room.skip"));
        await _page.Keyboard.PressAsync("Enter");
        await TypeAsync(Say("signIn.contact"), contact);
        await PressAsync(Say("signIn.send"), "/sign-in/code");
        await _page.Keyboard.TypeAsync(await city.LatestCodeAsync(contact));
        await PressAsync(Say("code.enter"), back);
    }

    public async Task GoAsync(string address)
    {
        await _page.GotoAsync(address);
        await FitsAsync();
    }

    /// <summary>Goes on with the tab key until something with these words is reached.</summary>
    public async Task<Keys> ToAsync(string words)
    {
        var passed = new List<string>();
        for (var i = 0; i < StopsMax; i++)
        {
            await _page.Keyboard.PressAsync("Tab");
            var said = await _page.EvaluateAsync<string>(Said);
            if (said.Contains(words, StringComparison.Ordinal))
            {
                (await _page.EvaluateAsync<string>(Hidden)).ShouldBeEmpty(_page.Url);
                return this;
            }

            passed.Add(said);
        }

        throw new ShouldAssertException(
            $"'{words}' is not reached on {_page.Url}: {string.Join(" > ", passed.Distinct())}");
    }

    public async Task TypeAsync(string field, string text)
    {
        await ToAsync(field);
        await _page.Keyboard.TypeAsync(text);
    }

    /// <summary>Goes down a list to what begins with the words: arrows serve in every language.</summary>
    public async Task ChooseAsync(string field, string words)
    {
        await ToAsync(field);
        for (var i = 0; i < StopsMax && !await _page.EvaluateAsync<bool>(
            "words => document.activeElement.selectedOptions[0].text.startsWith(words)", words); i++)
            await _page.Keyboard.PressAsync("ArrowDown");
    }

    /// <summary>Ticks a box, or takes one of several.</summary>
    public async Task TickAsync(string words)
    {
        await ToAsync(words);
        await _page.Keyboard.PressAsync("Space");
    }

    /// <summary>A day, part by part, as this browser has it in every language: month, day, year.</summary>
    public Task TypeDayAsync(string field, DateOnly day) => TypeAsync(field, $"{day:MMddyyyy}");

    /// <summary>Presses a button or follows a link, and waits for the page that comes.</summary>
    public async Task PressAsync(string words, string leadsTo)
    {
        await _page.EvaluateAsync("window.isBefore = true");
        await EnterAsync(words);
        await _page.WaitForFunctionAsync("() => !window.isBefore && document.readyState === 'complete'");
        await _page.WaitForURLAsync(url => new Uri(url).PathAndQuery.Contains(leadsTo, StringComparison.Ordinal));
        await FitsAsync();
    }

    /// <summary>What the city answers is in sight and has the focus: one hears it, and goes on from there.</summary>
    public async Task ShouldHearAsync(string words)
    {
        const string heard = """
            (() => {
              const at = document.activeElement, box = at.getBoundingClientRect();
              const beside = (at.getAttribute('aria-describedby') ?? '').split(' ').filter(Boolean)
                .map(id => document.getElementById(id).innerText);
              return box.top >= 0 && box.bottom <= innerHeight ? [at.innerText, ...beside].join(' ') : 'not in sight';
            })()
            """;
        try
        {
            // A page gives its focus with its first picture, which comes after it is loaded.
            await _page.WaitForFunctionAsync(
                $"words => {heard}.includes(words)", words, new PageWaitForFunctionOptions { Timeout = 5_000 });
        }
        catch (TimeoutException)
        {
            (await _page.EvaluateAsync<string>(heard)).ShouldContain(words, customMessage: _page.Url);
        }
    }

    /// <summary>Presses what leads to no other page: a list that unfolds.</summary>
    public async Task EnterAsync(string words)
    {
        await ToAsync(words);
        await _page.Keyboard.PressAsync("Enter");
    }

    /// <summary>
    /// Opens a page and walks through it once: the tab key comes to all that can be pressed, and each stop is seen.
    /// </summary>
    public async Task WalkAsync(string address)
    {
        await GoAsync(address);
        await _page.EvaluateAsync(
            """
            window.toReach = new Set([...document.querySelectorAll(
                'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]')]
              .filter(e => !e.disabled && e.checkVisibility({ visibilityProperty: true }) && e.tabIndex >= 0
                && !(e.type === 'radio' && !e.checked
                  && (document.querySelector(`[name="${e.name}"]:checked`)
                    || document.querySelector(`[name="${e.name}"]`) !== e))));
            """);
        var unseen = new List<string>();
        for (var i = 0; i < StopsMax && await _page.EvaluateAsync<int>("window.toReach.size") > 0; i++)
        {
            await _page.Keyboard.PressAsync("Tab");
            // A date has stops inside, which the browser shows in its own way.
            unseen.Add(await _page.EvaluateAsync<string>(
                $"window.toReach.delete(document.activeElement) ? {Hidden} : ''"));
        }

        (await _page.EvaluateAsync<string[]>("[...window.toReach].map(e => e.outerHTML.slice(0, 100))"))
            .ShouldBeEmpty($"{address}: not reached");
        unseen.Where(said => said.Length > 0).ShouldBeEmpty(address);
    }

    /// <summary>The page's text is twice its usual size, and all of it is within its width.</summary>
    async Task FitsAsync()
    {
        (await _page.EvaluateAsync<string>("getComputedStyle(document.body).fontSize"))
            .ShouldBe("32px", _page.Url);
        (await _page.EvaluateAsync<string>(
            """
            document.documentElement.scrollWidth <= innerWidth ? '' : [...document.querySelectorAll('main *')]
              .filter(e => e.getBoundingClientRect().right > innerWidth && !e.closest('.table-frame'))
              .map(e => e.outerHTML.slice(0, 80)).slice(0, 5).join(' | ') || 'sideways'
            """))
            .ShouldBeEmpty($"{_page.Url} scrolls sideways");
    }
}
