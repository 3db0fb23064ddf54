using System.Diagnostics;
using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Web.Errors;

/// <summary>What a reader sees when a request ends without an answer: a page, or for programs a problem.</summary>
static class ErrorPages
{
    public static void UseErrorPages(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandler = AnswerException,
            // Anybody can send nonsense, or too much, as often as they like; the log is for our defects.
            SuppressDiagnosticsCallback = failed => StatusOf(failed.Exception) != 500,
        });
        app.UseStatusCodePages(context => AnswerAsync(context.HttpContext, context.HttpContext.Response.StatusCode));
    }

    static Task AnswerException(HttpContext context)
    {
        var failure = context.Features.Get<IExceptionHandlerFeature>()?.Error;
        if (RetryAfterSeconds(failure) is { } seconds)
            context.Response.Headers.RetryAfter = seconds;
        return AnswerAsync(context, StatusOf(failure), CodeOf(failure));
    }

    /// <summary>When it is worth asking again: the door looks again at once, a take-over lasts seconds.</summary>
    static string? RetryAfterSeconds(Exception? failure) => failure switch
    {
        LedgerIsBusyException => "1",
        LedgerUnavailableException => "5",
        _ => null,
    };

    static string? CodeOf(Exception? failure) => failure switch
    {
        LedgerIsBusyException => "ledger_is_busy",
        LedgerUnavailableException => "ledger_unavailable",
        _ => null,
    };

    /// <summary>A body that cannot be read is the sender's mistake; anything else is ours and is logged.</summary>
    static int StatusOf(Exception? failure) => failure switch
    {
        BadHttpRequestException bad => bad.StatusCode,
        AntiforgeryValidationException => StatusCodes.Status400BadRequest,
        LedgerIsBusyException or LedgerUnavailableException => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>Writes the answer for a status, as page or problem, whichever the reader can use.</summary>
    public static async Task AnswerAsync(HttpContext context, int status, string? code = null)
    {
        code ??= CodeOf(status);
        // In a scope of its own: the page that failed has left its own half used.
        var services = context.RequestServices;
        await using var scope = services.CreateAsyncScope();
        context.RequestServices = scope.ServiceProvider;
        try
        {
            await (IsForPrograms(context.Request.Path)
                ? scope.ServiceProvider.GetRequiredService<Problems>().Of(status, code).ExecuteAsync(context)
                : ShowAsync(context, status, code));
        }
        finally
        {
            context.RequestServices = services;
        }
    }

    static Task ShowAsync(HttpContext context, int status, string code)
    {
        // A page that found nothing has left this header behind, and the renderer adds it without looking.
        context.Response.Headers.Remove("blazor-enhanced-nav");
        var told = new { Status = status, Code = code, TraceId = TraceIdOf(status) };
        var page = new RazorComponentResult<ErrorPage>(told) { StatusCode = status };
        return page.ExecuteAsync(context);
    }

    /// <summary>True for addresses that programs call: they get problems, never pages.</summary>
    public static bool IsForPrograms(PathString path) =>
        path.StartsWithSegments("/api") || path.StartsWithSegments("/health") || path.StartsWithSegments("/openapi")
        || path.StartsWithSegments("/oidc") || path.StartsWithSegments("/.well-known")
        || path.StartsWithSegments("/offices") || path.StartsWithSegments("/credentials/types");

    static string? TraceIdOf(int status) => status == 500 ? Activity.Current?.TraceId.ToString() : null;

    static string CodeOf(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "request_not_understood",
        StatusCodes.Status401Unauthorized => "sign_in_first",
        StatusCodes.Status403Forbidden => "not_permitted",
        StatusCodes.Status404NotFound => "not_found",
        StatusCodes.Status405MethodNotAllowed => "method_not_allowed",
        StatusCodes.Status413PayloadTooLarge => "request_too_large",
        StatusCodes.Status415UnsupportedMediaType => "send_json",
        StatusCodes.Status421MisdirectedRequest => "address_not_known",
        StatusCodes.Status429TooManyRequests => "too_many_requests",
        >= 500 => "defect",
        _ => "request_not_understood",
    };
}
