using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Pass.Counter;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Pass;

/// <summary>
/// The pass for people who use no mouse and no finger and read text at twice its size, from sign-up to the counter.
/// </summary>
public sealed partial class KeyboardTests(TestCity city) : IClassFixture<TestCity>
{
    const string Pool = "/proofs/half-price-pool";

    [Fact]
    public async Task Somebody_signs_up_with_a_passkey_names_a_child_and_leaves_word_for_letters()
    {
        var keys = await Keys.OpenAsync(city);
        foreach (var address in new[] { "/sign-up", "/sign-in/recovery", "/outbox", "/sign-in?returnUrl=%2Fme" })
            await keys.WalkAsync(address);
        await keys.PressAsync("No e-mail or mobile number?", "/sign-up");
        await keys.PressAsync("Set up with this device", "/welcome");
        await keys.GoAsync("/me");
        await keys.PressAsync("My family", "/me/family");
        await keys.TypeAsync("The child's name", "Sora");
        await keys.TypeAsync("Date of birth", "05012024");
        await keys.PressAsync("Add", "done=added");
        await Assertions.Expect(keys.Page.Locator("h2").First).ToHaveTextAsync("Sora");
        await keys.EnterAsync("Act for Sora");
        await Assertions.Expect(keys.Page.Locator(".acting")).ToContainTextAsync("Sora");
        await keys.PressAsync("Back to myself", "/me/family");
        await keys.GoAsync("/me/letters");
        await keys.PressAsync("Save", "/me/letters?done=");
    }

    [Fact]
    public async Task Two_officers_check_an_identity_at_the_counter()
    {
        using var resident = city.Visit();
        await resident.SignInAsync(city, "keiko@example.org");
        (await resident.LevelAsync()).ShouldBe(1);
        var (one, other) = (await Keys.OpenAsync(city), await Keys.OpenAsync(city));
        await one.SignInAsync(city, city.ContactOf(Cast.WangYating), "/counter");
        await other.SignInAsync(city, city.ContactOf(Cast.ZhangJianguo), "/counter");

        await FindAsync(one, "keiko@example.org", "Checking");
        await one.ChooseAsync("Document", "P");
        await one.TypeAsync("Name as on the document", "Keiko Sato");
        await one.PressAsync("Record, and ask another officer", "done=recorded");
        await one.PressAsync("Withdraw", "done=withdrawn");
        await one.ShouldHearAsync("Withdrawn");
        await FindAsync(one, "keiko@example.org", "Checking");
        await one.ChooseAsync("Document", "P");
        await one.TypeAsync("Name as on the document", "Keiko Sato");
        await one.PressAsync("Record, and ask another officer", "done=recorded");
        await other.WalkAsync("/counter");
        await other.PressAsync("I have seen it: approve", "done=approved");
        (await resident.LevelAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task Passkeys_recovery_codes_a_card_a_second_guardian_and_a_proof_are_made_and_taken_back()
    {
        var (mine, officer) = (await Keys.OpenAsync(city), await Keys.OpenAsync(city));
        await mine.SignInAsync(city, city.ContactOf(Cast.LinMeiling));
        await officer.SignInAsync(city, city.ContactOf(Cast.WangYating), "/counter");
        await AddPasskeyAsync(mine);
        await MakeRecoveryCodesAsync(mine);
        await BindCardAsync(officer, city.ContactOf(Cast.LinMeiling));
        await mine.WalkAsync("/me/cards");
        await mine.PressAsync("Yes, use it", "done=confirmed");
        await mine.TypeAsync("PIN of six digits", "482913");
        await mine.TypeAsync("The same again", "482913");
        await mine.PressAsync("Set it", "done=pin");
        await AddSecondGuardianAsync(mine, city.ContactOf(Cast.EmmaDubois));
        await AgreeToProofAsync(mine);

        // The pass is full now: these pages have something on them.
        foreach (var address in (string[])["/me/devices", "/me/cards", "/me/family", "/me/proofs"])
        {
            await mine.WalkAsync(address);
            await mine.Page.ShouldBeAccessibleAsync();
        }

        await mine.GoAsync("/me/proofs");
        await mine.PressAsync("until", "/me/proofs/");
        await mine.WalkAsync(mine.Page.Url);
        await mine.PressAsync("Take it back now", "done=revoked");
        await mine.GoAsync("/me/family");
        await mine.PressAsync("I am no longer a guardian", "done=ended");
        await mine.GoAsync("/me/cards");
        await mine.PressAsync("Block", "done=blocked");
        await mine.GoAsync("/me/devices");
        await mine.EnterAsync("Kitchen table");
        await mine.PressAsync("Remove", "done=passkey_removed");
        await NameAndEndSessionsAsync(mine);
        await mine.GoAsync("/me");
        await mine.PressAsync("Sign out", "/sign-in?done=signed_out");
    }

    static async Task AddPasskeyAsync(Keys mine)
    {
        await mine.PressAsync("Sign-in and devices", "/me/devices");
        await mine.PressAsync("Add this device", "done=passkey_added");
        await mine.EnterAsync("Last used");
        await mine.TypeAsync("Name", "Kitchen table");
        await mine.PressAsync("Rename", "/me/devices");
        await Assertions.Expect(mine.Page.Locator("[aria-labelledby=passkeys] summary"))
            .ToContainTextAsync("Kitchen table");
    }

    async Task NameAndEndSessionsAsync(Keys mine)
    {
        using var elsewhere = await city.SignInAsync(Cast.LinMeiling);
        await mine.GoAsync("/me/devices");
        await mine.EnterAsync("This one");
        await mine.TypeAsync("Name", "Grandmother's tablet");
        await mine.PressAsync("Rename", "/me/devices");
        await Assertions.Expect(mine.Page.Locator("[aria-labelledby=sessions]"))
            .ToContainTextAsync("Grandmother's tablet");
        await mine.PressAsync("Sign out ", "done=session_ended");
        await mine.ShouldHearAsync("That device is signed out");
        (await elsewhere.GetAsync("/me")).RequestMessage!.RequestUri!.AbsolutePath.ShouldBe("/sign-in");
    }

    static async Task MakeRecoveryCodesAsync(Keys mine)
    {
        await mine.PressAsync("None yet", "/me/recovery");
        await mine.PressAsync("Make ten codes", "/me/recovery/codes");
        (await mine.Page.Locator(".recovery-codes li").CountAsync()).ShouldBe(10);
        await mine.PressAsync("I have kept them", "/me/devices");
    }

    static async Task FindAsync(Keys officer, string who, string why)
    {
        await officer.GoAsync("/counter");
        await officer.TypeAsync(officer.Say("counter.who"), who);
        await officer.ChooseAsync(officer.Say("counter.why"), why);
        await officer.PressAsync(officer.Say("counter.find"), "/counter/visits/");
    }

    static async Task BindCardAsync(Keys officer, string whose)
    {
        await officer.GoAsync("/counter/cards/sheet");
        await officer.TypeAsync("How many", "1");
        await officer.EnterAsync("Make them");
        var serial = await officer.Page.Locator(".pass-card-serial").InnerTextAsync();
        await FindAsync(officer, whose, "A card");
        await officer.PressAsync("Cards", "/cards");
        await officer.TypeAsync("Card number", serial);
        await officer.PressAsync("Bind", "done=bound");
        await officer.WalkAsync(officer.Page.Url);
    }

    async Task AddSecondGuardianAsync(Keys mine, string contact)
    {
        await mine.GoAsync("/me/family");
        await mine.EnterAsync("A second guardian");
        await mine.TypeAsync("Their e-mail or mobile number", contact);
        await mine.PressAsync("Ask them", "done=asked");
        var other = await Keys.OpenAsync(city);
        await other.SignInAsync(city, contact, "/me/family");
        await other.PressAsync("Yes", "done=accepted");
    }

    static async Task AgreeToProofAsync(Keys mine)
    {
        await mine.GoAsync(Pool);
        await mine.PressAsync("Begin", "/share/");
        await mine.PressAsync("Agree with face or finger", "/ticket");
    }
}
