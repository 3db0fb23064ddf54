namespace CityLoop.Server.Tests.Hosting;

/// <summary>The one cast of every test: ids in <c>cities/demo/people.csv</c>.</summary>
public static class Cast
{
    /// <summary>林美玲, a resident, guardian of the newborn.</summary>
    public const string LinMeiling = "lin-meiling";

    /// <summary>陳阿土, an elder with a card and no phone.</summary>
    public const string ChenATu = "chen-a-tu";

    /// <summary>林小安, a newborn.</summary>
    public const string LinXiaoAn = "lin-xiao-an";

    /// <summary>Emma Dubois, a visitor from abroad.</summary>
    public const string EmmaDubois = "emma-dubois";

    /// <summary>黃志明, who works at the bakery.</summary>
    public const string HuangZhiming = "huang-zhiming";

    /// <summary>王雅婷, a city officer.</summary>
    public const string WangYating = "wang-yating";

    /// <summary>張建國, the second city officer.</summary>
    public const string ZhangJianguo = "zhang-jianguo";

    /// <summary>李淑芬, an auditor.</summary>
    public const string LiShufen = "li-shufen";

    /// <summary>向日葵烘焙, the bakery: its code in <c>cities/demo/shops.csv</c>.</summary>
    public const string SunflowerBakery = "sunflower";
}
