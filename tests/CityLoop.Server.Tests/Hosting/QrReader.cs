using CityLoop.Server.Shared;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Hosting;

/// <summary>
/// Reads a QR code from what the screen shows, as another person's camera does: jsQR has no part in the drawing.
/// </summary>
static class QrReader
{
    const string Jsqr = "src/CityLoop.Server/Web/wwwroot/lib/jsqr/jsQR.js";

    const string Read = """
        async (photograph) => {
          const seen = new Image();
          seen.src = photograph;
          await seen.decode();
          const canvas = document.createElement("canvas");
          canvas.width = seen.width; canvas.height = seen.height;
          const pen = canvas.getContext("2d");
          pen.drawImage(seen, 0, 0);
          const { data, width, height } = pen.getImageData(0, 0, canvas.width, canvas.height);
          return jsQR(data, width, height, { inversionAttempts: "dontInvert" })?.data ?? null;
        }
        """;

    /// <summary>A photograph of the whole page, as an address that a picture takes.</summary>
    public static async Task<string> PhotographAsync(this IPage page) =>
        "data:image/png;base64,"
        + Convert.ToBase64String(await page.ShotAsync(new PageScreenshotOptions { FullPage = true }));

    /// <summary>What the code in a photograph says; nothing when no code can be read.</summary>
    public static async Task<string?> ReadQrAsync(this TestCity city, string photograph)
    {
        // In a window of its own: the page's content-security policy stops what a test would put into it.
        var reader = await Browser.OpenAsync(city);
        try
        {
            await reader.AddScriptTagAsync(
                new PageAddScriptTagOptions { Path = Path.Combine(Checkout.Root, Jsqr) });
            return await reader.EvaluateAsync<string?>(Read, photograph);
        }
        finally
        {
            await reader.Context.CloseAsync();
        }
    }
}
