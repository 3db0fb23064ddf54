namespace CityLoop.Server.Web;

/// <summary>
/// On a page that a browser may keep: it is drawn for nobody, whoever asks for it, and has nothing of anybody in it.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
sealed class KeptPageAttribute : Attribute
{
    public static bool Is(HttpContext? context) =>
        context?.GetEndpoint()?.Metadata.GetMetadata<KeptPageAttribute>() is not null;
}
