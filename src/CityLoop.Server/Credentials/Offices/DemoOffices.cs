using System.Security.Cryptography;
using System.Text;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Counter;

namespace CityLoop.Server.Credentials.Offices;

/// <summary>
/// The demo city's offices. Two officers saw three people's documents at the counter, registered the offices and
/// brought in their registers, each by the same road as in any city.
/// </summary>
static class DemoOffices
{
    static readonly PersonId First = PersonId.OfCast("wang-yating");
    static readonly PersonId Second = PersonId.OfCast("zhang-jianguo");

    // Invented numbers with right check digits.
    static readonly (string Person, string Name, string Number)[] Seen =
    [
        ("lin-meiling", "林美玲", "B220419901"), ("chen-a-tu", "陳阿土", "L103091941"),
        ("huang-zhiming", "黃志明", "B120719833"),
    ];

    static readonly (OfficeDraft Office, (TypeDraft Type, string[] Rows)[] Types)[] Offices =
    [
        (new OfficeDraft
        {
            Code = "household", Name = new("戶政事務所", "Household registration office", "戸政事務所"),
            Source = new("戶籍登記資料", "The household register", "戸籍登録"), Refresh = "daily",
        },
        [
            (new TypeDraft
            {
                Code = "residence", Name = new("設籍證明", "Proof of residence", "居住証明"),
                ValidDays = "90",
                Fields = """
                    district | 設籍的區 | Registered district | 登録区
                    household_size | 戶內人數 | People in the household | 世帯の人数
                    registered_since | 設籍日期 | Registered since | 登録日
                    """,
            },
            ["lin-meiling,中區,2,2015-08-03", "chen-a-tu,霧峰區,1,1969-02-17", "huang-zhiming,東區,4,2008-06-30"]),
        ]),
        (new OfficeDraft
        {
            Code = "social-affairs", Name = new("社會局", "Social Affairs Bureau", "社会局"),
            Source = new("福利身分審核結果", "Decisions on social welfare", "福祉資格の審査結果"),
            Refresh = "monthly",
        },
        [
            (new TypeDraft
            {
                Code = "low-income", Name = new("低收入戶證明", "Proof of low income", "低所得世帯の証明"),
                ValidDays = "30",
                Fields = """
                    category | 類別（0 到 3） | Category (0 to 3) | 区分（0〜3） | *
                    valid_through | 有效到 | Valid through | 有効期限
                    """,
            },
            ["lin-meiling,3,UNTIL", "chen-a-tu,1,UNTIL"]),
            (new TypeDraft
            {
                Code = "disability", Name = new("身心障礙證明", "Proof of disability", "障害の証明"),
                ValidDays = "30",
                Fields = """
                    degree | 程度 | Degree | 程度 | *
                    valid_through | 有效到 | Valid through | 有効期限
                    """,
            },
            ["chen-a-tu,中度,UNTIL"]),
        ]),
        (new OfficeDraft
        {
            Code = "education", Name = new("教育局", "Education Bureau", "教育局"),
            Source = new("在學名冊", "Lists of enrolled students", "在学者名簿"), Refresh = "yearly",
        },
        [
            (new TypeDraft
            {
                Code = "enrolment", Name = new("在學證明", "Proof of enrolment", "在学証明"),
                ValidDays = "180",
                Fields = """
                    school | 學校 | School | 学校
                    school_year | 學年度 | School year | 学年度
                    """,
            },
            ["huang-zhiming,市民進修學苑,115"]),
        ]),
    ];

    public static async Task PlantAsync(IServiceProvider all, CancellationToken cancellation)
    {
        if ((await all.GetRequiredService<OfficeStore>().AllAsync(cancellation)).Count > 0)
            return;
        foreach (var (person, name, number) in Seen)
            await CheckAsync(all, PersonId.OfCast(person), name, number, cancellation);
        var changes = all.GetRequiredService<OfficeChanges>();
        foreach (var (draft, types) in Offices)
        {
            var id = DerivedId.From("demo-office", draft.Code);
            await changes.AskForOfficeAsync(First, id, draft, cancellation);
            await ApproveAllAsync(changes, cancellation);
            foreach (var (type, rows) in types)
                await BringInAsync(all, draft.Code, type, rows, cancellation);
        }
    }

    static async Task BringInAsync(
        IServiceProvider all, string code, TypeDraft draft, string[] rows, CancellationToken cancellation)
    {
        var (offices, changes) = (all.GetRequiredService<OfficeStore>(), all.GetRequiredService<OfficeChanges>());
        var today = all.GetRequiredService<CityClock>().Today;
        await changes.AskForTypeAsync(First, (await offices.FindAsync(code, cancellation))!, draft, cancellation);
        await ApproveAllAsync(changes, cancellation);
        var (office, type) = (await offices.FindTypeAsync(draft.Code, cancellation))!.Value;
        var until = $"{today.AddYears(1):yyyy-MM-dd}";
        var file = RegisterFile.HeaderOf(type) + "\n" + string.Concat(rows.Select(row =>
        {
            var cells = row.Replace("UNTIL", until, StringComparison.Ordinal).Split(',', 2);
            var number = Seen.First(seen => seen.Person == cells[0]).Number;
            return $"national_id,{number},{until},{cells[1]}\n";
        }));
        var (lines, problems) = RegisterFile.Read(file, type, today);
        if (problems is [var wrong, ..])
            throw new InvalidOperationException($"The demo's register {type.Code}: line {wrong.Line} {wrong.Code}.");
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(file)));
        await changes.AskForRegisterAsync(First, office, type, lines, sha256, cancellation);
        await ApproveAllAsync(changes, cancellation);
    }

    static async Task ApproveAllAsync(OfficeChanges changes, CancellationToken cancellation)
    {
        foreach (var waiting in await changes.WaitingAsync(cancellation))
            await changes.DecideAsync(Second, waiting.Id, isApproved: true, cancellation);
    }

    static async Task CheckAsync(
        IServiceProvider all, PersonId person, string name, string number, CancellationToken cancellation)
    {
        var checks = all.GetRequiredService<CounterChecks>();
        var now = all.GetRequiredService<TimeProvider>().GetUtcNow();
        var visit = new Visit(Guid.CreateVersion7(now), person, now, First, "identity_check");
        await checks.RecordAsync(First, visit, isRecovery: false, "national_id", name, number, cancellation);
        var recorded = (await checks.OfAsync(person, cancellation)).First(check => check.ApprovedAt is null);
        await checks.ApproveAsync(Second, recorded.Id, number, cancellation);
    }
}
